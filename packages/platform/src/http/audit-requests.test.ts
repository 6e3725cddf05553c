import type { AuditEvent } from '../audit/audit';
import { call, sceneForEachTest } from './testing/http-scene';

const scene = sceneForEachTest();
const FROM = { 'x-forwarded-for': '192.0.2.1' };

describe('requests that are refused for who asks', () => {
  it('are events of the audit log: a forged token, a page of another origin, and not one of the own host', async () => {
    const events: AuditEvent[] = [];
    const audit = { record: (event: AuditEvent) => void events.push(event) };
    const server = await scene.start({ audit, trustedProxies: 1 });
    await call(server, 'GET', '/me', { headers: { ...FROM, authorization: 'Bearer forged' } });
    await call(server, 'GET', '/users/1', { headers: { ...FROM, origin: 'https://evil.example' } });
    await call(server, 'GET', '/users/1', { headers: { ...FROM, origin: `http://127.0.0.1:${server.port}` } });
    for (const [origin, host] of [
      ['https://chat.example', 'chat.example:443'],
      ['http://chat.example:80', 'CHAT.example'],
    ] as const) {
      await call(server, 'GET', '/users/1', { headers: { ...FROM, origin, host } });
    }
    await call(server, 'GET', '/me', { headers: FROM });
    await call(server, 'GET', '/nowhere', { headers: FROM });
    expect(events).toEqual([
      { action: 'access', outcome: 'refused', reason: 'token_invalid', route: 'GET /me', address: '192.0.2.1' },
      {
        action: 'access',
        outcome: 'refused',
        reason: 'origin_refused',
        origin: 'https://evil.example',
        address: '192.0.2.1',
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('forged');
  });
});
