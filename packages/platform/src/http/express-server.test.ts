import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as rawRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { secretOf } from '../configuration';
import { PlatformError } from '../errors';
import { createLogger } from '../log';
import { Metrics } from '../metrics/metrics';
import type { TokenVerifier } from '../token/claims';
import { startHttpServer, type HttpServerOptions } from './express-server';
import { httpError } from './http-error';
import { route, type Route } from './route';
import type { HttpServer } from './serve-http';

const ERRORS = {
  invalid_json: { status: 400, retryable: false },
  invalid_request: { status: 400, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  payload_too_large: { status: 413, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  token_invalid: { status: 401, retryable: false },
  token_expired: { status: 401, retryable: false },
  not_found: { status: 404, retryable: false },
  method_not_allowed: { status: 405, retryable: false },
  rate_limited: { status: 429, retryable: true },
  unavailable: { status: 503, retryable: true },
  internal: { status: 500, retryable: true },
} as const;

const CALLER = { userId: 'u1', sessionId: 's1', tokenId: 't1', issuedAt: 1, expiresAt: 2 };
const verifier: TokenVerifier = {
  verify: async (token) => {
    if (token === 'good') return CALLER;
    if (token === 'old') throw new PlatformError('token_expired', 'the access token expired');
    if (token === 'unknowable') throw new PlatformError('service_unavailable', 'no keys');
    throw new PlatformError('token_invalid', 'the access token is not valid: shape');
  },
};

const ok = { 200: null };
const base = { access: 'public' as const, summary: 'A route.', responses: ok };
const Names = z.object({ name: z.string().max(5), age: z.int().optional() });

/** Routes that show what they were given. */
function routes(extra: Route[] = []): Route[] {
  return [
    route({ ...base, method: 'GET', path: '/login', body: Names, handle: async ({ body }) => ({ status: 200, body }) }),
    route({
      ...base,
      method: 'POST',
      path: '/login',
      body: Names,
      handle: async ({ body }) => ({ status: 200, body }),
    }),
    route({
      ...base,
      method: 'GET',
      path: '/users/{user_id}',
      params: z.object({ user_id: z.string() }),
      query: z.object({ limit: z.coerce.number().int().default(20) }),
      handle: async ({ params, query, address }) => ({ status: 200, body: { ...params, ...query, address } }),
    }),
    route({ ...base, method: 'DELETE', path: '/users/{user_id}', handle: async () => ({ status: 204 }) }),
    route({
      ...base,
      method: 'GET',
      path: '/me',
      access: 'user',
      handle: async ({ caller }) => ({ status: 200, body: caller }),
    }),
    route({
      ...base,
      method: 'POST',
      path: '/internal',
      access: 'internal',
      handle: async () => ({ status: 200, body: {} }),
    }),
    ...extra,
  ];
}

const failing = (path: string, error: unknown): Route =>
  route({ ...base, method: 'GET', path, handle: () => Promise.reject(error as Error) });

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: unknown;
}

describe('startHttpServer', () => {
  // Asks to keep connections, as browsers and proxies do.
  const agent = new Agent({ keepAlive: true });
  let servers: HttpServer[] = [];
  let metrics: Metrics;
  let lines: Record<string, unknown>[];

  beforeEach(() => {
    metrics = new Metrics('test');
    lines = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    servers = [];
  });
  afterAll(() => agent.destroy());

  async function start(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    const server = await startHttpServer({
      name: 'public',
      host: '127.0.0.1',
      port: 0,
      routes: routes(),
      logger: createLogger({ service: 'test', destination }),
      metrics,
      errors: ERRORS,
      verifier,
      internalSecret: secretOf('open sesame'),
      internalSecretHeader: 'X-Internal-Secret',
      closeTimeoutMs: 300,
      ...options,
    });
    servers.push(server);
    return server;
  }

  /** One request over node:http, because fetch allows no GET with a body and no odd paths. */
  function call(
    server: HttpServer,
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers: Record<string, string | number> = { ...options.headers };
      if (options.body !== undefined && headers['transfer-encoding'] === undefined) {
        headers['content-length'] = Buffer.byteLength(options.body);
      }
      const request = rawRequest({ host: '127.0.0.1', port: server.port, method, path, headers, agent });
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          const json = response.headers['content-type']?.startsWith('application/json') === true && text !== '';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: json ? JSON.parse(text) : text,
          });
        });
      });
      request.end(options.body);
    });
  }

  const json = (body: unknown) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const codeOf = (answer: Answer) => (answer.body as { error: { code: string } }).error.code;
  const messageOf = (answer: Answer) => (answer.body as { error: { message: string } }).error.message;

  describe('input', () => {
    it('hands checked params, query and body to the handler', async () => {
      const server = await start();
      expect((await call(server, 'POST', '/login', json({ name: 'ann', more: 1 }))).body).toEqual({ name: 'ann' });
      const answer = await call(server, 'GET', '/users/a%20b?limit=7');
      expect(answer.body).toEqual({ user_id: 'a b', limit: 7, address: '127.0.0.1' });
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    });

    it('reads the JSON body of a GET', async () => {
      expect((await call(await start(), 'GET', '/login', json({ name: 'ann' }))).body).toEqual({ name: 'ann' });
    });

    it('names every faulty field without repeating what was sent', async () => {
      const answer = await call(await start(), 'POST', '/login', json({ name: 'hunter2-secret', age: 'old-secret' }));
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: { code: 'invalid_request', retryable: false } });
      expect(messageOf(answer)).toMatch(/name: .*; age: /);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    });

    it('asks for a body where one is needed', async () => {
      const answer = await call(await start(), 'POST', '/login');
      expect([answer.status, codeOf(answer), messageOf(answer)]).toEqual([
        400,
        'invalid_request',
        'body: a JSON object is required',
      ]);
    });

    it.each(['{"name":', 'ann', '"ann"', '5', 'null', '\u0000'])(
      'answers 400 invalid_json to the body %j',
      async (body) => {
        const answer = await call(await start(), 'POST', '/login', {
          headers: { 'content-type': 'application/json' },
          body,
        });
        expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_json']);
      },
    );

    it.each([{ 'content-type': 'text/plain' }, { 'content-type': 'application/x-www-form-urlencoded' }, {}])(
      'answers 415 to a body of %j',
      async (headers) => {
        const answer = await call(await start(), 'POST', '/login', {
          headers: headers,
          body: '{"name":"ann"}',
        });
        expect([answer.status, codeOf(answer)]).toEqual([415, 'unsupported_media_type']);
      },
    );

    it('takes no compressed body and no charset but UTF-8', async () => {
      const server = await start();
      const { headers, body } = json({ name: 'ann' });
      const gzip = await call(server, 'POST', '/login', { headers: { ...headers, 'content-encoding': 'gzip' }, body });
      const latin = await call(server, 'POST', '/login', {
        headers: { 'content-type': 'application/json; charset=latin1' },
        body,
      });
      const utf8 = await call(server, 'POST', '/login', {
        headers: { 'content-type': 'application/json; charset=UTF-8' },
        body,
      });
      expect([gzip.status, latin.status, utf8.status]).toEqual([415, 415, 200]);
    });

    it('answers 413 to a body beyond the limit, whether its length is told or not', async () => {
      const server = await start({ bodyLimitBytes: 100 });
      const { headers, body } = json({ name: 'x'.repeat(200) });
      const told = await call(server, 'POST', '/login', { headers, body });
      expect([told.status, codeOf(told), told.headers['connection']]).toEqual([413, 'payload_too_large', 'close']);
      const chunked = await call(server, 'POST', '/login', {
        headers: { ...headers, 'transfer-encoding': 'chunked' },
        body,
      });
      expect(chunked.status).toBe(413);
    });

    it('does not run a handler on input that __proto__ would poison', async () => {
      const answer = await call(await start(), 'POST', '/login', {
        headers: { 'content-type': 'application/json' },
        body: '{"__proto__":{"name":"x"}}',
      });
      expect(answer.status).toBe(400);
    });
  });

  describe('paths and methods', () => {
    it('answers 404 where there is nothing', async () => {
      const answer = await call(await start(), 'GET', '/nowhere?x=1');
      expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found']);
    });

    it('answers 405 with every method of the path', async () => {
      const answer = await call(await start(), 'POST', '/users/1', json({}));
      expect([answer.status, codeOf(answer), answer.headers['allow']]).toEqual([
        405,
        'method_not_allowed',
        'DELETE, GET, HEAD',
      ]);
      expect((await call(await start(), 'OPTIONS', '/login')).status).toBe(405);
    });

    it('lets a fixed path and a parameter share methods', async () => {
      const other = route({
        ...base,
        method: 'POST',
        path: '/users/search',
        handle: async () => ({ status: 200, body: 'found' }),
      });
      expect((await call(await start({ routes: routes([other]) }), 'POST', '/users/search')).status).toBe(200);
    });

    it.each(['/users/%', '/users/%E0%A4%A', '/%'])('answers 400 or 404, never 500, to the path %s', async (path) => {
      const answer = await call(await start(), 'GET', path);
      expect(answer.status).toBe(path === '/%' ? 404 : 400);
      expect(answer.body).toHaveProperty('error.code');
    });

    it('answers HEAD as GET, without the body', async () => {
      const answer = await call(await start(), 'HEAD', '/users/1');
      expect([answer.status, answer.body]).toEqual([200, '']);
      expect(Number(answer.headers['content-length'])).toBeGreaterThan(0);
    });

    it('answers 204 without a body', async () => {
      const answer = await call(await start(), 'DELETE', '/users/1');
      expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([204, '', undefined]);
    });
  });

  describe('access', () => {
    const bearer = (token: string) => ({ headers: { authorization: token } });

    it('gives the handler of a user route its caller', async () => {
      const server = await start();
      expect((await call(server, 'GET', '/me', bearer('Bearer good'))).body).toEqual(CALLER);
      expect((await call(server, 'GET', '/me', bearer('bearer good'))).status).toBe(200);
    });

    it.each([
      [undefined, 'unauthenticated', 'Bearer'],
      ['Basic abc', 'unauthenticated', 'Bearer'],
      ['Bearer', 'unauthenticated', 'Bearer'],
      ['Bearer bad', 'token_invalid', /^Bearer error="invalid_token"/],
      ['Bearer old', 'token_expired', /expired/],
    ])('answers 401 to Authorization: %s', async (header, code, challenge) => {
      const answer = await call(await start(), 'GET', '/me', header === undefined ? {} : bearer(header));
      expect([answer.status, codeOf(answer)]).toEqual([401, code]);
      expect(answer.headers['www-authenticate']).toMatch(challenge);
    });

    it('answers 503, not 401, while no token can be verified', async () => {
      const answer = await call(await start(), 'GET', '/me', bearer('Bearer unknowable'));
      expect([answer.status, codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'unavailable', '1']);
    });

    it('lets only holders of the secret call internal routes', async () => {
      const server = await start();
      const status = async (headers: Record<string, string>) =>
        (await call(server, 'POST', '/internal', { headers })).status;
      expect(await status({ 'x-internal-secret': 'open sesame' })).toBe(200);
      expect(await status({ 'x-internal-secret': 'open sesam' })).toBe(401);
      expect(await status({ 'x-internal-secret': '' })).toBe(401);
      expect(await status({})).toBe(401);
    });

    it('checks access before it looks at the input', async () => {
      const secret = route({
        ...base,
        method: 'POST',
        path: '/x',
        access: 'user',
        body: Names,
        handle: async () => ({ status: 200 }),
      });
      const answer = await call(await start({ routes: [secret] }), 'POST', '/x', {
        headers: { 'content-type': 'text/plain' },
        body: 'x',
      });
      expect(answer.status).toBe(401);
    });

    it('does not start without what its routes need', async () => {
      await expect(start({ routes: routes(), verifier: undefined as never })).rejects.toThrow(
        '/me is for users: give a verifier',
      );
      await expect(start({ internalSecret: undefined as never })).rejects.toThrow(
        '/internal is internal: give internalSecret',
      );
      await expect(start({ errors: {} })).rejects.toThrow('the error table lacks invalid_json');
    });

    it('takes the client’s address from as many proxies as are trusted, no more', async () => {
      const headers = { 'x-forwarded-for': '6.6.6.6, 1.2.3.4' };
      const address = async (trustedProxies: number) =>
        ((await call(await start({ trustedProxies }), 'GET', '/users/1', { headers })).body as { address: string })
          .address;
      expect(await address(0)).toBe('127.0.0.1');
      expect(await address(1)).toBe('1.2.3.4');
    });
  });

  describe('faults of handlers', () => {
    it('answers an HttpError as it says, with Retry-After', async () => {
      const server = await start({ routes: [failing('/x', httpError(ERRORS, 'rate_limited', 'slow down', 2_500))] });
      const answer = await call(server, 'GET', '/x');
      expect([answer.status, answer.headers['retry-after']]).toEqual([429, '3']);
      expect(answer.body).toEqual({
        error: { code: 'rate_limited', message: 'slow down', retryable: true, retry_after_ms: 2_500 },
      });
    });

    it('answers 503 when what it needs is away, and 500 otherwise, showing nothing of the inside', async () => {
      const server = await start({
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
        await start({ routes: [failing('/bug', new TypeError('bug in db-7'))] }),
        'GET',
        '/bug',
      );
      const traceId = answer.headers['x-trace-id'];
      expect(messageOf(answer)).toContain(traceId as string);
      expect(lines).toContainEqual(
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
      const server = await start();
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
      const answer = await call(await start({ routes: [slow], requestTimeoutMs: 50 }), 'GET', '/slow');
      expect([answer.status, codeOf(answer), aborted]).toEqual([503, 'unavailable', true]);
    });

    it('aborts the signal when the client goes away, and counts it as 499', async () => {
      const server = await start({
        routes: [route({ ...base, method: 'GET', path: '/slow', handle: ({ signal }) => arrived(signal) })],
      });
      let begin: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => (begin = resolve));
      let finish: () => void = () => undefined;
      const aborted = new Promise<void>((resolve) => (finish = resolve));
      function arrived(signal: AbortSignal): Promise<never> {
        begin();
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => (finish(), reject(new Error('gone')))),
        );
      }
      const request = rawRequest({ host: '127.0.0.1', port: server.port, path: '/slow', agent: false });
      request.on('error', () => undefined);
      request.end();
      await begun;
      request.destroy();
      await aborted;
      expect((await metrics.expose()).body).toContain('route="/slow",status="499"');
      expect(lines).toEqual([]);
    });

    it('checks answers against the declared schemas where asked to', async () => {
      const wrong = route({
        ...base,
        method: 'GET',
        path: '/x',
        responses: { 200: Names },
        handle: async () => ({ status: 200, body: { name: 1 } }),
      });
      expect((await call(await start({ routes: [wrong], checkResponses: true }), 'GET', '/x')).status).toBe(500);
      expect((await call(await start({ routes: [wrong] }), 'GET', '/x')).status).toBe(200);
    });
  });

  describe('headers and metrics', () => {
    it('sends security headers, no x-powered-by, and forbids caching', async () => {
      const { headers } = await call(await start(), 'GET', '/users/1');
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      });
    });

    it('measures by server, method, route and status, all of bounded values', async () => {
      const server = await start();
      await call(server, 'GET', '/users/1');
      await call(server, 'GET', '/users/2?limit=x');
      await call(server, 'GET', '/made-up');
      await call(server, 'PROPFIND', '/made-up');
      const { body } = await metrics.expose();
      const counts = body.split('\n').filter((line) => line.startsWith('chat_http_request_duration_seconds_count'));
      expect(counts.map((line) => /method="(\w+)",route="([^"]+)",status="(\d+)"/.exec(line)?.slice(1))).toEqual([
        ['GET', '/users/{user_id}', '200'],
        ['GET', '/users/{user_id}', '400'],
        ['GET', 'unmatched', '404'],
        ['OTHER', 'unmatched', '404'],
      ]);
    });
  });

  describe('pages', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'pages-'));
      writeFileSync(join(directory, 'index.html'), '<!doctype html><title>chat</title>');
      writeFileSync(join(directory, 'main.js'), 'connect();');
    });
    afterEach(() => rmSync(directory, { recursive: true }));

    it('serves a folder where no route answers, under a policy that allows its own scripts and origin only', async () => {
      const server = await start({ pages: directory });
      const page = await call(server, 'GET', '/');
      expect([page.status, page.body]).toEqual([200, '<!doctype html><title>chat</title>']);
      expect(page.headers['content-security-policy']).toBe(
        "default-src 'self';connect-src 'self';img-src 'self' data:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
      );
      expect((await call(server, 'GET', '/main.js')).headers['content-type']).toContain('javascript');
      expect((await call(server, 'GET', '/users/1')).status).toBe(200);
    });

    it('never leaves the folder, and answers what is missing as the API does', async () => {
      const server = await start({ pages: { directory, connectSources: ['wss://chat.example.org'] } });
      for (const path of ['/../package.json', '/%2e%2e/package.json', '/.env', '/missing.js']) {
        const answer = await call(server, 'GET', path);
        expect([path, answer.status]).toEqual([path, 404]);
        expect(codeOf(answer)).toBe('not_found');
      }
      expect((await call(server, 'GET', '/')).headers['content-security-policy']).toContain(
        "connect-src 'self' wss://chat.example.org",
      );
    });
  });

  describe('close', () => {
    it('finishes the requests in hand, tells keep-alive clients to go, and takes no more', async () => {
      let finish: () => void = () => undefined;
      let begin: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => (begin = resolve));
      const slow = route({
        ...base,
        method: 'GET',
        path: '/slow',
        handle: () => new Promise((resolve) => ((finish = () => resolve({ status: 200, body: 'done' })), begin())),
      });
      const server = await start({ routes: [slow], closeTimeoutMs: 5_000 });
      const answer = call(server, 'GET', '/slow');
      await begun;
      const closed = server.close();
      expect(server.close()).toBe(closed);
      await expect(call(server, 'GET', '/slow')).rejects.toThrow(/ECONNREFUSED/);
      finish();
      expect(await answer).toMatchObject({ status: 200, body: 'done', headers: { connection: 'close' } });
      await closed;
    });

    it('waits no longer than its limit', async () => {
      const stuck = route({ ...base, method: 'GET', path: '/stuck', handle: () => new Promise(() => undefined) });
      const server = await start({ routes: [stuck], closeTimeoutMs: 50 });
      const answer = call(server, 'GET', '/stuck');
      answer.catch(() => undefined);
      await new Promise<void>((resolve) => server.server.once('request', () => resolve()));
      await server.close();
      await expect(answer).rejects.toThrow();
    });

    it('closes idle keep-alive connections and does not wait for upgraded ones', async () => {
      const server = await start();
      server.server.on('upgrade', (_, socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
      );
      const upgraded = connect(server.port, '127.0.0.1');
      upgraded.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      await new Promise((resolve) => upgraded.once('data', resolve));
      const idle = connect(server.port, '127.0.0.1');
      idle.write('GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => idle.once('data', resolve));
      const gone = new Promise((resolve) => idle.once('close', resolve));
      await server.close();
      await gone;
      expect(upgraded.destroyed).toBe(false);
      upgraded.destroy();
    });
  });

  describe('what is not HTTP', () => {
    async function raw(server: HttpServer, bytes: string): Promise<string> {
      const socket = connect(server.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('error', () => undefined);
      socket.write(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
      return text;
    }

    it('is answered 400, too large headers 431, both as JSON', async () => {
      const server = await start();
      expect(await raw(server, 'hello there\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*"code":"invalid_request"/);
      expect(await raw(server, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 431 /,
      );
    });

    it('is cut off with 408 when a request does not arrive in time', async () => {
      const server = await start({ requestTimeoutMs: 200 });
      expect(await raw(server, 'GET / HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1.1 408 /);
    });
  });
});
