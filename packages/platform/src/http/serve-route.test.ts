import { request as rawRequest } from 'node:http';
import {
  base,
  call,
  codeOf,
  ERRORS,
  failing,
  json,
  messageOf,
  Names,
  routes,
  sceneForEachTest,
} from './testing/http-scene';
import { PlatformError } from '../errors';
import { httpError } from './http-error';
import { route } from './route';

const scene = sceneForEachTest();

describe('paths and methods', () => {
  it('answers 404 where there is nothing', async () => {
    const answer = await call(await scene.start(), 'GET', '/nowhere?x=1');
    expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found']);
  });

  it('answers 405 with every method of the path', async () => {
    const answer = await call(await scene.start(), 'POST', '/users/1', json({}));
    expect([answer.status, codeOf(answer), answer.headers['allow']]).toEqual([
      405,
      'method_not_allowed',
      'DELETE, GET, HEAD',
    ]);
    expect((await call(await scene.start(), 'OPTIONS', '/login')).status).toBe(405);
  });

  it('lets a fixed path and a parameter share methods', async () => {
    const other = route({
      ...base,
      method: 'POST',
      path: '/users/search',
      handle: async () => ({ status: 200, body: 'found' }),
    });
    expect((await call(await scene.start({ routes: routes([other]) }), 'POST', '/users/search')).status).toBe(200);
  });

  it.each(['/users/%', '/users/%E0%A4%A', '/%'])('answers 400 or 404, never 500, to the path %s', async (path) => {
    const answer = await call(await scene.start(), 'GET', path);
    expect(answer.status).toBe(path === '/%' ? 404 : 400);
    expect(answer.body).toHaveProperty('error.code');
  });

  it('answers HEAD as GET, without the body', async () => {
    const answer = await call(await scene.start(), 'HEAD', '/users/1');
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(0);
  });

  it('answers 204 without a body', async () => {
    const answer = await call(await scene.start(), 'DELETE', '/users/1');
    expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([204, '', undefined]);
  });
});

describe('faults of handlers', () => {
  it('answers an HttpError as it says, with Retry-After', async () => {
    const server = await scene.start({
      routes: [failing('/x', httpError(ERRORS, 'rate_limited', 'slow down', 2_500))],
    });
    const answer = await call(server, 'GET', '/x');
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '3']);
    expect(answer.body).toEqual({
      error: { code: 'rate_limited', message: 'slow down', retryable: true, retry_after_ms: 2_500 },
    });
  });

  it('answers 503 when what it needs is unavailable, and 500 otherwise, showing nothing of the inside', async () => {
    const server = await scene.start({
      routes: [
        failing('/away', new PlatformError('database_unavailable', 'host db-7 refused')),
        failing('/refused', new PlatformError('database_refused', 'constraint users_pkey')),
        failing('/bug', new TypeError('x is not a function at db-7')),
        failing('/odd', 'a string'),
      ],
    });
    const answers = await Promise.all(['/away', '/refused', '/bug', '/odd'].map((path) => call(server, 'GET', path)));
    expect(answers.map((answer) => [answer.status, codeOf(answer)])).toEqual([
      [503, 'unavailable'],
      [500, 'internal'],
      [500, 'internal'],
      [500, 'internal'],
    ]);
    expect(JSON.stringify(answers.map((answer) => answer.body))).not.toMatch(/db-7|constraint|a string/);
  });

  it('logs what it did not show, under the trace id that the answer names', async () => {
    const answer = await call(
      await scene.start({ routes: [failing('/bug', new TypeError('bug in db-7'))] }),
      'GET',
      '/bug',
    );
    const traceId = answer.headers['x-trace-id'];
    expect(messageOf(answer)).toContain(traceId as string);
    expect(scene.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'request failed',
        route: '/bug',
        trace_id: traceId,
        error: expect.objectContaining({ message: 'bug in db-7' }) as unknown,
      }),
    );
  });

  it('names the caller’s trace id in every answer, or one of its own', async () => {
    const server = await scene.start();
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    expect((await call(server, 'GET', '/users/1', { headers })).headers['x-trace-id']).toBe(
      '4bf92f3577b34da6a3ce929d0e0e4736',
    );
    expect((await call(server, 'GET', '/nowhere', { headers })).headers['x-trace-id']).toBe(
      '4bf92f3577b34da6a3ce929d0e0e4736',
    );
    expect((await call(server, 'GET', '/users/1')).headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('answers 503 and aborts the handler’s signal when it takes too long', async () => {
    let aborted = false;
    const slow = route({
      ...base,
      method: 'GET',
      path: '/slow',
      handle: ({ signal }) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
    });
    const answer = await call(await scene.start({ routes: [slow], requestTimeoutMs: 50 }), 'GET', '/slow');
    expect([answer.status, codeOf(answer), aborted]).toEqual([503, 'unavailable', true]);
  });

  it('aborts the signal when the client goes away, and counts it as 499', async () => {
    const server = await scene.start({
      routes: [route({ ...base, method: 'GET', path: '/slow', handle: ({ signal }) => arrived(signal) })],
    });
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    let finish: () => void = () => undefined;
    const aborted = new Promise<void>((resolve) => (finish = resolve));
    function arrived(signal: AbortSignal): Promise<never> {
      begin();
      return new Promise((_, reject) => signal.addEventListener('abort', () => (finish(), reject(new Error('gone')))));
    }
    const request = rawRequest({ host: '127.0.0.1', port: server.port, path: '/slow', agent: false });
    request.on('error', () => undefined);
    request.end();
    await begun;
    request.destroy();
    await aborted;
    expect((await scene.metrics.expose()).body).toContain('route="/slow",status="499"');
    expect(scene.lines).toEqual([]);
  });

  it('checks answers against the declared schemas where asked to', async () => {
    const wrong = route({
      ...base,
      method: 'GET',
      path: '/x',
      responses: { 200: Names },
      handle: async () => ({ status: 200, body: { name: 1 } }),
    });
    expect((await call(await scene.start({ routes: [wrong], checkResponses: true }), 'GET', '/x')).status).toBe(500);
    expect((await call(await scene.start({ routes: [wrong] }), 'GET', '/x')).status).toBe(200);
  });
});
