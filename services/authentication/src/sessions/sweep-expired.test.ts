import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';
import { createContext } from '../create-authentication';
import { sweepExpired, sweepInBackground } from './sweep-expired';

describe('sweep of expired rows', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const context = () => createContext(service.dependencies);
  const count = async (table: string) => {
    const [row] = await service.database.query<{ n: number }>({
      name: 'count',
      text: `select count(*)::integer as n from auth.${table}`,
    });
    return row!.n;
  };
  const run = (text: string) => service.database.query({ name: 'arrange', text });

  it('deletes what nobody can ask about any more, and nothing else', async () => {
    const alive = await service.registered('alive');
    const next = (await service.refresh(alive.refresh_token)).json as SessionResponse;
    await service.registered('expired');
    const ended = await service.registered('ended');
    await service.call('POST', '/logout', { refresh_token: ended.refresh_token });
    const recent = await service.registered('ended-just-now');
    await service.call('POST', '/logout', { refresh_token: recent.refresh_token });
    await service.logIn('long-ago', 'wrong');
    await run(`update auth.login_throttles set attempted_at = now() - interval '20 minutes',
      blocked_until = now() - interval '20 minutes'`);
    await service.logIn('alive', 'wrong');
    // A failure counts with the name, and with the name and the network.
    expect([await count('sessions'), await count('refresh_tokens'), await count('login_throttles')]).toEqual([4, 5, 4]);

    const sessionsOf = (name: string) => `where user_id = (select id from auth.users where username_key = '${name}')`;
    await run(`update auth.sessions set expires_at = now() - interval '2 days' ${sessionsOf('expired')}`);
    await run(`update auth.sessions set ended_at = now() - interval '2 days' ${sessionsOf('ended')}`);
    await run(`update auth.refresh_tokens set expires_at = now() - interval '1 second' where used_at is not null`);
    await sweepExpired(context());

    expect([await count('sessions'), await count('refresh_tokens'), await count('login_throttles')]).toEqual([2, 2, 2]);
    expect((await service.refresh(next.refresh_token)).status).toBe(200);
    expect(await metricValue(service.metrics, 'chat_authentication_swept_rows_total', { table: 'sessions' })).toBe(2);
  });

  it('deletes a backlog of thousands in bounded statements', async () => {
    await run(`insert into auth.login_throttles select sha256(n::text::bytea), 1, now() - interval '1 hour',
      now() - interval '1 hour' from generate_series(1, 2500) n`);
    await sweepExpired(context());
    expect(await count('login_throttles')).toBeLessThan(10);
  });

  it('runs at intervals until it is closed', async () => {
    await service.logIn('to-be-swept', PASSWORD);
    await run(
      `update auth.login_throttles set attempted_at = now() - interval '1 hour', blocked_until = now() - interval '1 hour'`,
    );
    const sweeper = sweepInBackground(context(), 20);
    sweeper.start();
    while ((await count('login_throttles')) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await sweeper.close();
    await run(
      `insert into auth.login_throttles values (sha256('x'), 1, now() - interval '1 hour', now() - interval '1 hour')`,
    );
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await count('login_throttles')).toBe(1);
  });
});
