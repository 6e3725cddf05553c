import { once } from 'node:events';
import { connect } from 'node:net';
import { base, call, sceneForEachTest } from './testing/http-scene';
import { route } from './route';
import type { HttpServer } from './serve-http';

const scene = sceneForEachTest();

describe('a kept connection', () => {
  it('is kept longer than common proxies keep theirs, and the answer says how long', async () => {
    const { headers } = await call(await scene.start(), 'GET', '/users/1');
    const [, seconds] = /^timeout=(\d+)$/.exec(String(headers['keep-alive'])) ?? [];
    expect(Number(seconds)).toBeGreaterThan(600);
    const told = await call(await scene.start({ keepAliveTimeoutMs: 3_000 }), 'GET', '/users/1');
    expect(told.headers['keep-alive']).toBe('timeout=3');
  });

  it('serves again after it was idle for longer than a request may take to arrive, and is closed in the end', async () => {
    // Node looks every two seconds for what arrives too slowly.
    const server = await scene.start({ requestTimeoutMs: 100, keepAliveTimeoutMs: 4_000 });
    const socket = connect(server.port, '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const ask = async (): Promise<string> => {
      socket.write('GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n');
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      return chunk.toString();
    };
    expect(await ask()).toMatch(/^HTTP\/1.1 200 /);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await ask()).toMatch(/^HTTP\/1.1 200 /);
    await closed;
  });
});

describe('the address to listen on', () => {
  it.each(['127.0.0.1', '[::1]'])('takes IPv6 and IPv4 as ::, so that %s is answered', async (host) => {
    const server = await scene.start({ host: '::' });
    expect((await fetch(`http://${host}:${server.port}/users/1`)).status).toBe(200);
  });

  it('must be one of this machine, else the configuration is refused by the name of its variable', async () => {
    await expect(scene.start({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: 'HOST must be an address of this machine but is "192.0.2.1"',
    });
  });
});

describe('close', () => {
  it('finishes the requests in flight, tells keep-alive clients to go, and takes no more', async () => {
    let finish: () => void = () => undefined;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const slow = route({
      ...base,
      method: 'GET',
      path: '/slow',
      handle: () => new Promise((resolve) => ((finish = () => resolve({ status: 200, body: 'done' })), begin())),
    });
    const server = await scene.start({ routes: [slow], closeTimeoutMs: 5_000 });
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
    const server = await scene.start({ routes: [stuck], closeTimeoutMs: 50 });
    const answer = call(server, 'GET', '/stuck');
    answer.catch(() => undefined);
    await new Promise<void>((resolve) => server.server.once('request', () => resolve()));
    await server.close();
    await expect(answer).rejects.toThrow();
  });

  it('closes idle keep-alive connections and does not wait for upgraded ones', async () => {
    const server = await scene.start();
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
    const server = await scene.start();
    const answer = await raw(server, 'hello there\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*"code":"invalid_request"/);
    expect(answer).toContain('Content-Type: application/json; charset=utf-8\r\n');
    expect(await raw(server, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
  });

  it.each([
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 4\r\n\r\nGET '],
    ['a blank before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ])('is refused where its end could be read in two ways, so that no proxy is deceived: %s', async (_what, rest) => {
    const server = await scene.start();
    const requests: unknown[] = [];
    server.server.on('request', (request) => requests.push(request));
    expect(await raw(server, `POST /users HTTP/1.1\r\nHost: x\r\n${rest}`)).toMatch(/^HTTP\/1.1 400 /);
    expect(requests).toEqual([]);
  });

  it.each([
    ['xchunked', 400, 'the transfer coding does not say where the request ends'],
    ['chunked, identity', 400, 'the transfer coding does not say where the request ends'],
    ['gzip, chunked', 501, 'no transfer coding but chunked is taken'],
  ])(
    'is refused where it is coded as %s: %i, and nothing behind it is taken for a request',
    async (coding, status, message) => {
      const server = await scene.start();
      const behind = 'GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n';
      const head = `POST /users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ${coding}\r\n\r\n`;
      const answer = await raw(server, head + behind);
      expect(answer).toContain(message);
      expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
    },
  );

  it('is cut off with 408 when a request does not arrive in time', async () => {
    const server = await scene.start({ requestTimeoutMs: 200 });
    expect(await raw(server, 'GET / HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1.1 408 /);
  });
});
