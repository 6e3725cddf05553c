import type { ListEndedSessionsResponse, SessionResponse } from '@chat-app/protocol';
import { startHarness, type Harness } from '../testing/authentication-harness';
import { listEndedSessions } from './sql/list-ended-sessions';

describe('what every pod asks each second', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness({ followSessions: true });
  });
  afterAll(() => service.close());

  const list = async (since?: string) => {
    const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`;
    const answer = await service.askInternally(`/internal/sessions/ended${query}`);
    expect(answer.status).toBe(200);
    return answer.json as ListEndedSessionsResponse;
  };
  const leave = async (name: string) => {
    const session = await service.registered(name);
    await service.call('POST', '/logout', { refresh_token: session.refresh_token });
    return { session_id: (await service.verifier.verify(session.token)).sessionId, user_id: session.user_id };
  };
  const age = (sessionId: string, seconds: number) =>
    service.database.query(
      { name: 'age', text: 'update auth.sessions set ended_at = ended_at - make_interval(secs => $2) where id = $1' },
      [sessionId, seconds],
    );

  it('tells what ended, oldest end first, and from where to go on', async () => {
    const first = await list();
    const [one, two] = [await leave('leaves-first'), await leave('leaves-second')];
    const { sessions, next, more, keep_s } = await list(first.next);
    expect(sessions).toEqual([one, two]);
    expect([more, keep_s]).toEqual([false, 670]);
    const three = await leave('leaves-third');
    expect((await list(next)).sessions.at(-1)).toEqual(three);
  });

  it('tells an end again for a minute: its commit may have come after the answer', async () => {
    const { next } = await list();
    const late = await leave('commits-late');
    await age(late.session_id, 50);
    expect((await list(next)).sessions).toContainEqual(late);
  });

  it('tells nothing of which no token can be good any more', async () => {
    const old = await leave('left-long-ago');
    await age(old.session_id, 700);
    expect((await list()).sessions).not.toContainEqual(old);
  });

  it('goes from page to page without leaving one out, also where many ended at the same moment', async () => {
    const mine = await Promise.all(Array.from({ length: 7 }, (_, index) => leave(`at-once-${index}`)));
    const together = 'update auth.sessions set ended_at = statement_timestamp() where id = any($1)';
    const ids = mine.map(({ session_id }) => session_id);
    await service.database.query({ name: 'together', text: together }, [ids]);
    const found: string[] = [];
    let after: { endedAt: string; id: string } | undefined;
    for (;;) {
      const rows = await listEndedSessions(service.database, after, { keepS: 600, overlapS: 0, limit: 3 });
      found.push(...rows.flatMap(({ id }) => id ?? []));
      const last = rows.at(-1)!;
      if (rows.length < 3) break;
      after = { endedAt: last.ended_at, id: last.id! };
    }
    expect(found.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
  });

  it('refuses a cursor that is none', async () => {
    for (const since of ["' or 1=1", '2026-01-01', 'x~y']) {
      expect((await service.askInternally(`/internal/sessions/ended?since=${encodeURIComponent(since)}`)).status).toBe(
        400,
      );
    }
  });

  it('makes the access token of a session that ended worthless on every pod of authentication within two seconds', async () => {
    const other = await startHarness({ database: service.database });
    try {
      const session = await service.registered('leaves-everywhere');
      const look = (pod: Harness, { token, user_id }: SessionResponse) => pod.callAs(token, 'GET', `/users/${user_id}`);
      expect((await look(service, session)).status).toBe(200);
      const began = performance.now();
      await other.call('POST', '/logout', { refresh_token: session.refresh_token });
      let answer = await look(service, session);
      while (answer.status === 200 && performance.now() - began < 2_000) answer = await look(service, session);
      expect([answer.status, answer.error?.code]).toEqual([401, 'token_invalid']);
    } finally {
      await other.close();
    }
  });
});
