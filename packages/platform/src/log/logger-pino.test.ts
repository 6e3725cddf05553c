import { PlatformError } from '../errors';
import { secretOf } from '../configuration/secret';
import type { LogLevel } from './logger';
import { createLogger } from './logger-pino';

function memoryLogger(level: LogLevel = 'debug') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: createLogger({ service: 'websocket', level, destination }) };
}

describe('the logger', () => {
  it('writes one JSON line with time, level, service, message and the fields', () => {
    const { lines, logger } = memoryLogger();
    logger.info('started', { port: 8080, nothing: undefined });
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        service: 'websocket',
        message: 'started',
        port: 8080,
      },
    ]);
  });

  it('writes no character that a terminal acts on, whatever a field or an error holds', () => {
    const written: string[] = [];
    const logger = createLogger({ service: 's', destination: { write: (line) => void written.push(line) } });
    const origin = 'https://\u009B31m\u007F\u202E\u2028\u001B[0m';
    logger.info('refused', { origin, error: new Error('\u009D0;title\u0007') });
    expect(written[0]).toMatch(/^[ -~]+\n$/);
    expect(JSON.parse(written[0]!)).toMatchObject({ origin, error: { message: '\u009D0;title\u0007' } });
  });

  it('writes from its level up', () => {
    const { lines, logger } = memoryLogger('warn');
    for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) logger[level](level);
    expect(lines.map((line) => line['message'])).toEqual(['warn', 'error', 'fatal']);
  });

  it('gives a child’s lines its fields', () => {
    const { lines, logger } = memoryLogger();
    logger.child({ connection: 'c1' }).child({ token: 'hunter2' }).warn('slow', { bytes: 3 });
    expect(lines[0]).toMatchObject({ connection: 'c1', bytes: 3, token: '[redacted]' });
  });

  it.each([
    'password',
    'token',
    'refresh_token',
    'refreshToken',
    'content',
    'authorization',
    'Authorization',
    'secret',
    'x-internal-secret',
    'cookie',
  ])('never writes a field named %s, at any depth', (name) => {
    const { lines, logger } = memoryLogger();
    logger.info('x', {
      [name]: 'hunter2',
      request: { headers: [{ [name]: 'hunter2' }] },
      map: new Map([[name, 'hunter2']]),
    });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines[0]![name]).toBe('[redacted]');
  });

  it('never writes a Secret, whatever its field is called', () => {
    const { lines, logger } = memoryLogger();
    logger.info('x', { key: secretOf('hunter2') });
    expect(lines[0]!['key']).toBe('[secret]');
  });

  it('writes an error with code, details, stack and causes', () => {
    const { lines, logger } = memoryLogger();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    logger.error('failed', {
      error: new PlatformError('database_unavailable', 'away', { sqlstate: '57P01' }, { cause }),
    });
    expect(lines[0]!['error']).toMatchObject({
      type: 'PlatformError',
      message: 'away',
      code: 'database_unavailable',
      details: { sqlstate: '57P01' },
      stack: expect.stringContaining('logger-pino.test.ts') as string,
      cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
    });
  });

  it('writes every error of an AggregateError', () => {
    const { lines, logger } = memoryLogger();
    logger.error('failed', { error: new AggregateError([new Error('one'), 'two'], 'all failed') });
    expect(lines[0]!['error']).toMatchObject({ errors: [{ message: 'one' }, 'two'] });
  });

  it('never throws: circular, deep, wide and odd values are written in bounds', () => {
    const { lines, logger } = memoryLogger();
    const circular: Record<string, unknown> = { when: new Date(0), bad: new Date(Number.NaN) };
    circular['self'] = circular;
    const error = new Error('loop');
    error.cause = error;
    logger.info('odd', {
      circular,
      error,
      big: 2n ** 70n,
      symbol: Symbol('s'),
      bytes: new Uint8Array(1_000_000),
      wide: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, index])),
      long: Array.from({ length: 1_000 }, (_, index) => index),
      call: () => undefined,
      set: new Set([1]),
    });
    expect(lines[0]).toMatchObject({ big: '1180591620717411303424', bytes: '[1000000 bytes]', set: [1] });
    expect(JSON.stringify(lines[0]).length).toBeLessThan(20_000);
  });
});
