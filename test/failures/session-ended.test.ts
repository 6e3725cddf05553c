/**
 * A session ends while Redis is down, so that no pod is told: no pod takes its tokens for longer than two seconds, and new
 * handshakes are refused at once.
 */
import type { SessionResponse } from '@chat-app/protocol';
import { RawSocket } from '../testing/raw-socket';
import { call } from '../testing/system-users';
import { openSession } from './testing/open-session';
import { describeFault } from './testing/with-stack';

const BOUND_MS = 2_000;

describeFault('when a session ends during an outage of Redis', {}, (scene) => {
  const register = (name: string): Promise<SessionResponse> => {
    const body = { username: `${name}-${process.pid}-${Date.now()}`, password: 'comes later than others' };
    return openSession(scene.stack.authenticationUrl, 'register', body);
  };
  const urls = (service: 'websocket' | 'persistence'): string[] => scene.stack.pods[service].map((pod) => pod.url);

  it('is refused by every pod within two seconds, and its sockets are closed', async () => {
    const { stack } = scene;
    const { token, refresh_token } = await register('leaver');
    const open = await Promise.all(urls('websocket').map((url) => RawSocket.open(url, { token })));
    await stack.backends.redis.kill();
    try {
      const closed = Promise.all(open.map(async (socket) => [await socket.closed, performance.now()] as const));
      const body = { refresh_token };
      expect((await call('POST', `${stack.authenticationUrl}/logout`, { body })).status).toBe(204);
      const ended = performance.now();
      for (const url of urls('websocket')) await expect(RawSocket.open(url, { token })).rejects.toThrow('401');
      for (const url of urls('persistence')) {
        let { status } = await call('GET', `${url}/conversations`, { token });
        while (status === 200 && performance.now() - ended < BOUND_MS) {
          ({ status } = await call('GET', `${url}/conversations`, { token }));
        }
        expect(status).toBe(401);
      }
      for (const [code, at] of await closed) {
        expect(code).toBe(4500);
        expect(at - ended).toBeLessThan(BOUND_MS);
      }
    } finally {
      await stack.backends.redis.start();
    }
  });
});
