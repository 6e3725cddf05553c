import { inspect } from 'node:util';
import { PlatformError } from '@chat-app/platform';
import { classifyFailure, endsConnection, isStaleStatement } from './classify-failure';

const fromServer = (code: string, fields: object = {}, message = 'text of the server') =>
  Object.assign(new Error(message), { severity: 'ERROR', code, ...fields });
const fromSystem = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('a failure of the database', () => {
  it.each([
    '08006',
    '08P01',
    '28P01',
    '3D000',
    '40001',
    '40P01',
    '40003',
    '53100',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '57P03',
  ])('is the world’s, to be tried again, with SQLSTATE %s', (code) => {
    expect(classifyFailure(fromServer(code), 'store')).toMatchObject({
      code: 'database_unavailable',
      retryable: true,
      details: { statement: 'store', sqlstate: code },
    });
  });

  it.each(['25006', '25P03', '25P04', '55006', '58030', '72000', 'F0000', 'XX000', 'XX002', '26000'])(
    'is the world’s too with %s',
    (code) => expect(classifyFailure(fromServer(code), 'store').code).toBe('database_unavailable'),
  );

  it.each(['22001', '22021', '22P02', '23502', '23505', '23514', '42P01', '42501', '0A000', '54000', '25P02', 'P0001'])(
    'is the statement’s or its data’s with %s',
    (code) => {
      expect(classifyFailure(fromServer(code), 'store')).toMatchObject({ code: 'database_refused', retryable: false });
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'CERT_HAS_EXPIRED'])(
    'is the world’s when the way there fails: %s',
    (code) => {
      const failure = classifyFailure(fromSystem(code), 'store');
      expect(failure.code).toBe('database_unavailable');
      expect(failure.details).toEqual({ statement: 'store' });
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Cannot use a pool after calling end on the pool',
  ])('is the world’s when the library says "%s"', (message) => {
    const error = new Error(message);
    expect(classifyFailure(error, 'store').code).toBe('database_unavailable');
    expect(endsConnection(error)).toBe(true);
  });

  it('is the data’s when it cannot even be encoded', () => {
    expect(classifyFailure(new RangeError('Invalid time value'), 'store').code).toBe('database_refused');
  });

  it('names the reason where every address refused and the system gave no message', () => {
    const error = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    expect(classifyFailure(error, 'store').message).toContain('ECONNREFUSED');
  });

  it('passes on where it was refused, never what was refused', () => {
    const error = fromServer(
      '23505',
      { constraint: 'users_name', table: 'users', detail: 'Key (name)=(alice) already exists.' },
      'duplicate: alice',
    );
    const failure = classifyFailure(error, 'register');
    expect(failure.details).toEqual({
      statement: 'register',
      sqlstate: '23505',
      constraint: 'users_name',
      table: 'users',
    });
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('alice');
  });

  it('passes a failure that is named already', () => {
    const failure = new PlatformError('illegal_state', 'over');
    expect(classifyFailure(failure, 'store')).toBe(failure);
  });
});

describe('a connection', () => {
  it.each(['57P01', '57P03', '25006', '08006', '53300', '28P01'])('is unusable after %s', (code) => {
    expect(endsConnection(fromServer(code))).toBe(true);
  });

  it.each(['40001', '40P01', '55P03', '57014', '53200', '23505', '42P01'])('goes on after %s', (code) => {
    expect(endsConnection(fromServer(code))).toBe(false);
  });

  it('is left when a statement prepared on it went stale', () => {
    const changed = fromServer('0A000', {}, 'cached plan must not change result type');
    expect(isStaleStatement(changed)).toBe(true);
    expect(endsConnection(changed)).toBe(true);
    expect(classifyFailure(changed, 'store').code).toBe('database_unavailable');
  });
});
