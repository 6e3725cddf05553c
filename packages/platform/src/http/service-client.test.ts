import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import { secretOf } from '../configuration';
import { PlatformError } from '../errors';
import { silentLogger } from '../log';
import { Metrics } from '../metrics/metrics';
import { createServiceClient, routeLabel, type ServiceClient, type ServiceClientOptions } from './service-client';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
  socket: Socket;
}
type Behaviour = (response: ServerResponse, seen: Seen, count: number) => void;

const Reply = z.object({ value: z.number() });

describe('the service client', () => {
  let server: Server;
  let behave: Behaviour;
  let seen: Seen[];
  let client: ServiceClient;
  let metrics: Metrics;

  beforeEach(async () => {
    seen = [];
    metrics = new Metrics('test');
    behave = reply(200, { value: 1 });
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body, socket: request.socket });
        behave(response, seen.at(-1)!, seen.length);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = open();
  });
  afterEach(async () => {
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function open(options: Partial<ServiceClientOptions> = {}): ServiceClient {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const secret = secretOf('open sesame');
    return createServiceClient({
      name: 'persistence',
      baseUrl,
      secret,
      secretHeader: 'x-internal-secret',
      timeoutMs: 2_000,
      metrics,
      logger: silentLogger,
      ...options,
    });
  }

  function reply(status: number, body?: unknown, headers: Record<string, string> = {}): Behaviour {
    return (response) => response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
  }

  async function failure(promise: Promise<unknown>): Promise<PlatformError> {
    const error: unknown = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PlatformError);
    return error as PlatformError;
  }

  const get = (path = '/value') => client.call({ method: 'GET', path, response: Reply });

  it('sends method, path, query, body and secret, and gives back the checked answer', async () => {
    const answer = await client.call({
      method: 'POST',
      path: '/users/{user_id}/inbox',
      params: { user_id: 'a/b' },
      query: { after: 5, limit: undefined, all: true },
      body: { name: 'ä' },
      response: Reply,
    });
    expect(answer).toEqual({ value: 1 });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/users/a%2Fb/inbox?after=5&all=true', body: '{"name":"ä"}' });
    expect(seen[0]!.headers).toMatchObject({
      'x-internal-secret': 'open sesame',
      'content-type': 'application/json',
      'content-length': '13',
    });
  });

  it('resolves to nothing where nothing is declared', async () => {
    behave = reply(204);
    await expect(client.call({ method: 'POST', path: '/cursors', body: {}, response: null })).resolves.toBeUndefined();
  });

  it('keeps its connections, few of them', async () => {
    for (let n = 0; n < 40; n += 1) await get();
    expect(new Set(seen.map(({ socket }) => socket)).size).toBeLessThanOrEqual(4);
  });

  it.each([
    [500, 'service_unavailable', true],
    [503, 'service_unavailable', true],
    [429, 'service_unavailable', true],
    [404, 'service_refused', false],
    [401, 'service_refused', false],
    [301, 'service_refused', false],
  ])('translates %i into %s with what the service said', async (status, code, retryable) => {
    behave = reply(
      status,
      { error: { code: 'unknown_user', message: 'no such user' } },
      { location: '/elsewhere', 'retry-after': '2' },
    );
    const error = await failure(get());
    expect(error).toMatchObject({ code, retryable, details: { status, code: 'unknown_user', retry_after_ms: 2_000 } });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['{"value":"x"}', 'value'],
    ['not JSON', 'body'],
    ['', 'body'],
  ])('takes the answer %j, not as declared, for a service that is unavailable', async (text, fields) => {
    behave = (response) => response.end(text);
    expect(await failure(get())).toMatchObject({
      code: 'service_unavailable',
      details: { reason: 'invalid_response', fields },
    });
  });

  it('gives up when the time is over or the caller does', async () => {
    behave = () => undefined;
    const late = await failure(client.call({ method: 'GET', path: '/value', response: Reply, timeoutMs: 30 }));
    expect(late).toMatchObject({ code: 'service_unavailable', details: { reason: 'no answer within 30 ms' } });
    const caller = new AbortController();
    const aborted = failure(client.call({ method: 'GET', path: '/value', response: Reply, signal: caller.signal }));
    caller.abort();
    expect(await aborted).toMatchObject({ details: { reason: 'the caller gave up' } });
    expect(
      await failure(client.call({ method: 'GET', path: '/value', response: Reply, signal: caller.signal })),
    ).toMatchObject({
      code: 'service_unavailable',
    });
  });

  it('gives up on an answer whose body stops half way', async () => {
    behave = (response) => response.writeHead(200, { 'content-length': '100' }).write('{"value"');
    expect(
      await failure(client.call({ method: 'GET', path: '/value', response: Reply, timeoutMs: 100 })),
    ).toMatchObject({
      code: 'service_unavailable',
    });
  });

  it('tells a refused connection as service_unavailable', async () => {
    client = open({ baseUrl: 'http://127.0.0.1:9' });
    const error = await failure(get());
    expect(error.message).toMatch(/^persistence cannot be reached: .*ECONNREFUSED.* \(GET \/value\)$/);
  });

  it('bounds the answer', async () => {
    client = open({ maxResponseBytes: 10 });
    behave = reply(200, { value: 1, more: 'x'.repeat(100) });
    expect(await failure(get())).toMatchObject({ code: 'service_unavailable' });
  });

  describe('on a kept connection that was closed just then', () => {
    /** The first answer keeps the connection; the next request on it is reset. */
    const resetSecond: Behaviour = (response, { socket }, count) => {
      if (count === 2) socket.resetAndDestroy();
      else reply(200, { value: count })(response, seen.at(-1)!, count);
    };

    beforeEach(() => (client = open({ maxConnections: 1 })));

    it('repeats an idempotent call once', async () => {
      behave = resetSecond;
      await get();
      expect(await get()).toEqual({ value: 3 });
      expect(seen).toHaveLength(3);
    });

    it('never repeats any other POST', async () => {
      behave = resetSecond;
      await get();
      await failure(client.call({ method: 'POST', path: '/value', body: {}, response: Reply }));
      expect(seen).toHaveLength(2);
    });

    it('repeats a POST that says that it only reads', async () => {
      behave = resetSecond;
      await get();
      const call = { method: 'POST', path: '/value', body: {}, repeatable: true, response: Reply } as const;
      expect(await client.call(call)).toEqual({ value: 3 });
      expect(seen).toHaveLength(3);
    });

    it('does not repeat on a new connection that is reset', async () => {
      behave = (_, { socket }) => socket.resetAndDestroy();
      await failure(get());
      expect(seen).toHaveLength(1);
    });
  });

  it('measures by client, method, route and status; no answer is status 0', async () => {
    await get('/users/123e4567-e89b-12d3-a456-426614174000/inbox');
    behave = (_, { socket }) => socket.destroy();
    await failure(
      client.call({ method: 'DELETE', path: '/users/{user_id}', params: { user_id: 'x' }, response: null }),
    );
    const counts = (await metrics.expose()).body
      .split('\n')
      .filter((line) => line.startsWith('chat_client_request_duration_seconds_count'));
    expect(counts).toEqual([
      expect.stringContaining('client="persistence",method="GET",route="/users/{id}/inbox",status="200"'),
      expect.stringContaining('client="persistence",method="DELETE",route="/users/{user_id}",status="0"'),
    ]);
  });

  it('refuses a base that is no http URL, and a path whose parameter is missing', async () => {
    expect(() => open({ baseUrl: 'ftp://x' })).toThrow('ftp://x is not an http or https URL');
    await expect(client.call({ method: 'GET', path: '/users/{user_id}', response: null })).rejects.toThrow(
      'needs a value for user_id',
    );
  });
});

describe('routeLabel', () => {
  it('is bounded whatever ids a path holds', () => {
    expect(routeLabel('/a/123e4567-e89b-12d3-a456-426614174000/b/42')).toBe('/a/{id}/b/{id}');
    expect(routeLabel('/internal/users/{user_id}/inbox')).toBe('/internal/users/{user_id}/inbox');
    expect(routeLabel('/v1/users2')).toBe('/v1/users2');
  });
});
