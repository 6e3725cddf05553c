import type { AuditEvent } from '@chat-app/platform';
import WebSocket from 'ws';
import { ALICE, BOB, TestWorld } from '../testing/test-pod';

describe('handshakes that are refused', () => {
  const world = new TestWorld();
  afterAll(() => world.close());

  it('are events of the audit log, for who asks: a forged token, another user, a foreign page', async () => {
    const events: AuditEvent[] = [];
    const audit = { record: (event: AuditEvent) => void events.push(event) };
    const pod = await world.pod({ TRUSTED_PROXIES: 1 }, { audit });
    const refused = (path: string, token: string | undefined, headers: Record<string, string> = {}) =>
      new Promise<void>((resolve) => {
        const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const socket = new WebSocket(`${pod.url}${path}`, {
          headers: { 'x-forwarded-for': '192.0.2.1', ...authorization, ...headers },
        });
        socket.on('error', () => resolve());
      });
    await refused('', 'forged');
    await refused(`/${BOB}`, world.authentication.token(ALICE));
    await refused('', world.authentication.token(ALICE), { origin: 'https://evil.example' });
    await refused('', undefined);
    expect(events).toEqual([
      { action: 'connect', outcome: 'refused', reason: 'token_invalid', address: '192.0.2.1' },
      { action: 'connect', outcome: 'refused', reason: 'wrong_user', address: '192.0.2.1', user_id: ALICE },
      {
        action: 'connect',
        outcome: 'refused',
        reason: 'origin_refused',
        address: '192.0.2.1',
        origin: 'https://evil.example',
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('forged');
  });
});
