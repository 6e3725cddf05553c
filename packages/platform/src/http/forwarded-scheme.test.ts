import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { cameByTls, forwardedScheme } from './forwarded-scheme';
import { call, codeOf, ERRORS, sceneForEachTest } from './testing/http-scene';

describe('the scheme of a request behind proxies', () => {
  it.each([
    ['https', 1, 'https'],
    ['HTTPS', 2, 'https'],
    ['https, http', 2, 'https'],
    ['http, https, http', 2, 'https'],
    ['http, https', 1, 'https'],
    ['https', 0, undefined],
    ['gopher', 1, undefined],
    [undefined, 1, undefined],
  ])('reads the scheme %s behind %d proxies as %s', (header, proxies, expected) => {
    expect(forwardedScheme(header, proxies)).toBe(expected);
  });

  it('is TLS where the outermost trusted proxy says so, or the socket is encrypted, and nowhere else', () => {
    const socket = new Socket();
    const by = (proto: string | undefined, proxies: number) =>
      cameByTls({ headers: proto === undefined ? {} : { 'x-forwarded-proto': proto }, socket }, proxies);
    expect(by('https', 1)).toBe(true);
    expect(by('http', 1)).toBe(false);
    expect(by(undefined, 1)).toBe(false);
    // Said by the client, and appended to by the proxy.
    expect(by('https, http', 1)).toBe(false);
    expect(by('https', 0)).toBe(false);
    expect(cameByTls({ headers: {}, socket: new TLSSocket(socket) }, 0)).toBe(true);
  });

  describe('where TLS is asked for', () => {
    const scene = sceneForEachTest();

    it('refuses what did not come by it, whatever is asked for, but for what is no secret', async () => {
      const errors = { ...ERRORS, tls_required: { status: 403, retryable: false } };
      const server = await scene.start({ requireTls: true, trustedProxies: 1, plainPaths: ['/users/2'], errors });
      const ask = (path: string, proto?: string) =>
        call(server, 'GET', path, { headers: proto === undefined ? {} : { 'X-Forwarded-Proto': proto } });
      for (const path of ['/users/1', '/nowhere']) {
        const refused = await ask(path, 'http');
        expect([refused.status, codeOf(refused)]).toEqual([403, 'tls_required']);
      }
      expect((await ask('/users/1')).status).toBe(403);
      expect((await ask('/users/2')).status).toBe(200);
      expect((await ask('/users/1', 'https')).status).toBe(200);
    });
  });
});
