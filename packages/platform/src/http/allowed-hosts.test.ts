import { isAllowedHost } from './allowed-hosts';
import { call, codeOf, ERRORS, sceneForEachTest } from './testing/http-scene';

describe('the Host of a request', () => {
  it.each([
    ['localhost:8080', true],
    ['LOCALHOST', true],
    ['chat.localhost', true],
    ['127.0.0.1:8080', true],
    ['192.168.1.5', true],
    ['[::1]:8080', true],
    ['chat.example', true],
    ['Chat.Example.:8080', true],
    ['evil.example:8080', false],
    ['chat.example.evil.example', false],
    ['localhost.evil.example', false],
    ['user@localhost', false],
    ['localhost/x', false],
    ['', false],
    [undefined, false],
  ])('%s is one of ours: %s', (host, expected) => {
    expect(isAllowedHost(host, ['chat.example'])).toBe(expected);
  });

  describe('where names are given', () => {
    const scene = sceneForEachTest();

    it('must be one of them, so that no page that points its own name here is answered', async () => {
      const errors = { ...ERRORS, origin_refused: { status: 403, retryable: false } };
      const server = await scene.start({ allowedHosts: ['chat.example'], errors });
      const ask = (host: string) => call(server, 'GET', '/users/1', { headers: { Host: host } });
      const refused = await ask('evil.example');
      expect([refused.status, codeOf(refused)]).toEqual([403, 'origin_refused']);
      expect((await ask('chat.example')).status).toBe(200);
      expect((await call(server, 'GET', '/users/1')).status).toBe(200);
    });
  });
});
