import type { HttpServer } from './serve-http';
import { call, codeOf, json, sceneForEachTest, type Answer } from './testing/http-scene';

const APP = 'https://app.example.org';
const scene = sceneForEachTest();

const preflight = (server: HttpServer, path: string, origin = APP): Promise<Answer> =>
  call(server, 'OPTIONS', path, {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

describe('pages of other origins', () => {
  it('may ask before they call, and are told methods, headers and for how long', async () => {
    const answer = await preflight(await scene.start({ allowedOrigins: [APP] }), '/login');
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-max-age': '600',
    });
    expect(answer.headers['access-control-allow-headers']?.toLowerCase()).toContain('authorization, content-type');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(answer.headers.vary).toContain('Origin');
  });

  it('may read answers, and faults with their headers, where their origin is on the list', async () => {
    const server = await scene.start({ allowedOrigins: ['https://other.example', APP] });
    const headers = { ...json({}).headers, origin: `${APP}:443` };
    const login = await call(server, 'POST', '/login', { body: JSON.stringify({ name: 'ann' }), headers });
    expect([login.status, login.headers['access-control-allow-origin']]).toEqual([200, `${APP}:443`]);
    for (const [path, status] of [
      ['/me', 401],
      ['/nowhere', 404],
    ] as const) {
      const answer = await call(server, 'GET', path, { headers: { origin: APP } });
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, APP]);
      expect(answer.headers['access-control-expose-headers']).toContain('Retry-After');
      expect(answer.headers.vary).toContain('Origin');
    }
  });

  it.each(['https://evil.example', 'http://app.example.org', 'https://app.example.org:8443', 'null', 'nonsense'])(
    'may neither ask nor read as %s, which is not on the list',
    async (origin) => {
      const server = await scene.start({ allowedOrigins: [APP] });
      for (const answer of [
        await preflight(server, '/login', origin),
        await call(server, 'GET', '/users/1', { headers: { origin } }),
      ]) {
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
        // Even so: a cache must not give this answer to a page that may read it.
        expect(answer.headers.vary).toContain('Origin');
      }
    },
  );

  it('may all call where the list says *, with the same answer for each', async () => {
    const server = await scene.start({ allowedOrigins: ['*'] });
    const answer = await preflight(server, '/login', 'null');
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, '*']);
  });

  it('get an answer to their preflight only for paths that there are', async () => {
    const server = await scene.start({ allowedOrigins: [APP] });
    expect((await preflight(server, '/nowhere')).status).toBe(404);
    const bare = await call(server, 'OPTIONS', '/login', { headers: { origin: APP } });
    expect([bare.status, codeOf(bare)]).toEqual([405, 'method_not_allowed']);
  });

  it('may not call at all by default', async () => {
    const server = await scene.start();
    const asked = await preflight(server, '/login');
    expect([asked.status, codeOf(asked)]).toEqual([405, 'method_not_allowed']);
    const { headers } = await call(server, 'GET', '/users/1', { headers: { origin: APP } });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('vary');
  });
});
