import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

describe('sessions of a user', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness({ trustedProxies: 1 });
  });
  afterAll(() => service.close());

  const alive = async (userId: string) => {
    const [row] = await service.database.query<{ n: number }>(
      {
        name: 'alive',
        text: 'select count(*)::integer as n from auth.sessions where user_id = $1 and ended_at is null',
      },
      [userId],
    );
    return row?.n;
  };

  it('are so many at once: one more ends the one unused for longest, and says so to its sockets', async () => {
    const strict = await startHarness({ database: service.database, configuration: { SESSIONS_PER_USER: 3 } });
    try {
      const first = await strict.registered('collector');
      const second = (await strict.logIn('collector', PASSWORD)).json as SessionResponse;
      const used = (await strict.refresh(first.refresh_token)).json as SessionResponse;
      const received = await strict.subscribeTo(first.user_id);
      for (let n = 0; n < 2; n += 1) expect((await strict.logIn('collector', PASSWORD)).status).toBe(200);
      expect(await alive(first.user_id)).toBe(3);
      const { sessionId } = await strict.verifier.verify(second.token);
      expect(received).toEqual([{ kind: 'signed_out', user_id: first.user_id, session_ids: [sessionId] }]);
      expect((await strict.refresh(second.refresh_token)).status).toBe(401);
      expect((await strict.refresh(used.refresh_token)).status).toBe(200);
      const reason = { reason: 'surplus' };
      expect(await metricValue(strict.metrics, 'chat_authentication_sessions_ended_total', reason)).toBe(1);
    } finally {
      await strict.close();
    }
  });

  it('are begun so many times a minute, with the right password too; the refusal does not tell whether it was', async () => {
    const configuration = { LOGINS_PER_USER_PER_MINUTE: 4 };
    const strict = await startHarness({ database: service.database, configuration });
    try {
      await strict.registered('eager');
      await strict.registered('neighbour');
      const statuses: number[] = [];
      for (let n = 0; n < 6; n += 1) statuses.push((await strict.logIn('eager', PASSWORD)).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
      const [right, wrong] = [await strict.logIn('eager', PASSWORD), await strict.logIn('eager', 'wrong')];
      expect(wrong.status).toBe(429);
      expect({ ...wrong.error, retry_after_ms: 0 }).toEqual({ ...right.error, retry_after_ms: 0 });
      expect(right.error?.retry_after_ms).toBeLessThanOrEqual(60_000);
      expect((await strict.logIn('neighbour', PASSWORD)).status).toBe(200);
    } finally {
      await strict.close();
    }
  });
});
