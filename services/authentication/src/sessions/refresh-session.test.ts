import { randomBytes } from 'node:crypto';
import type { Database, Queryable } from '@chat-app/database';
import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

/** A database whose transactions after `begin` are done but for their commit until `commit` is called. */
function stalling(inner: Database) {
  let isStalling = false;
  let commit: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const committing = new Promise<void>((resolve) => (commit = resolve));
  const transaction = <T>(work: (on: Queryable) => Promise<T>): Promise<T> =>
    inner.transaction(async (on) => {
      const done = await work(on);
      if (!isStalling) return done;
      reach();
      await committing;
      return done;
    });
  const database = new Proxy(inner, {
    get(target, key) {
      if (key === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const begin = (): void => {
    isStalling = true;
  };
  return { database, begin, reached, commit: () => commit() };
}

describe('refresh of a session', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const attempt = (): string => randomBytes(16).toString('hex');
  const refreshed = async (token: string, attemptId?: string) => {
    const answer = await service.refresh(token, attemptId);
    expect(answer.status).toBe(200);
    return answer.json as SessionResponse;
  };
  const sessionOf = async (session: SessionResponse) => (await service.verifier.verify(session.token)).sessionId;
  /** Moves the use of all tokens into the past, instead of waiting. */
  const letPass = (seconds: number) =>
    service.database.query(
      {
        name: 'let_pass',
        text: 'update auth.refresh_tokens set used_at = used_at - make_interval(secs => $1)',
      },
      [seconds],
    );

  it('answers with a new access token of the same session and the next refresh token', async () => {
    const first = await service.registered('refresher');
    const second = await refreshed(first.refresh_token);
    expect(second.user_id).toBe(first.user_id);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.token).not.toBe(first.token);
    expect(await sessionOf(second)).toBe(await sessionOf(first));
    const third = await refreshed(second.refresh_token);
    expect(new Set([first, second, third].map((session) => session.refresh_token)).size).toBe(3);
  });

  it('answers the same attempt with the same next token however late it comes, until that is used', async () => {
    const first = await service.registered('offline');
    const mine = attempt();
    const answered = await refreshed(first.refresh_token, mine);
    await letPass(86_400);
    const again = await refreshed(first.refresh_token, mine);
    expect(again.refresh_token).toBe(answered.refresh_token);
    await refreshed(again.refresh_token, attempt());
    expect((await service.refresh(first.refresh_token, mine)).error?.code).toBe('refresh_token_reused');
  });

  it('keeps an honest user signed in whose commit stalls for 11 s while the attempt comes again', async () => {
    const first = await service.registered('stalled');
    const mine = attempt();
    const stall = stalling(service.database);
    const pod = await startHarness({ database: stall.database });
    try {
      stall.begin();
      const one = pod.refresh(first.refresh_token, mine);
      await stall.reached;
      const two = service.refresh(first.refresh_token, mine);
      stall.commit();
      const answers = [await one, await two];
      await letPass(11);
      answers.push(await service.refresh(first.refresh_token, mine));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(new Set(answers.map(({ json }) => (json as SessionResponse).refresh_token)).size).toBe(1);
    } finally {
      await pod.close();
    }
  });

  it('notices a thief within ten seconds of the use in each of 25 rotations, whichever of the two comes first', async () => {
    let session = await service.registered('stolen');
    for (let rotation = 0; rotation < 25; rotation += 1) {
      const [owner, thief] = [attempt(), rotation % 3 === 0 ? undefined : attempt()];
      const [one, other] = rotation % 2 === 0 ? [owner, thief] : [thief, owner];
      const next = await refreshed(session.refresh_token, one);
      expect((await service.refresh(session.refresh_token, other)).error?.code).toBe('refresh_token_reused');
      expect((await service.refresh(next.refresh_token, attempt())).error?.code).toBe('refresh_token_invalid');
      session = (await service.logIn('stolen', PASSWORD)).json as SessionResponse;
    }
  });

  it('goes by the clock where a pod of the version before, which reads no attempt id, took the token', async () => {
    const first = await service.registered('upgraded');
    const mine = attempt();
    const answered = await refreshed(first.refresh_token, mine);
    await service.database.query({
      name: 'as_before',
      text: 'update auth.refresh_tokens set attempt_hash = null where used_at is not null',
    });
    expect((await refreshed(first.refresh_token, mine)).refresh_token).toBe(answered.refresh_token);
    await letPass(11);
    expect((await service.refresh(first.refresh_token, mine)).error?.code).toBe('refresh_token_reused');
  });

  it('answers a token without an attempt id within the grace by the same next one: the first answer may be lost', async () => {
    const first = await service.registered('unlucky');
    const answered = await refreshed(first.refresh_token);
    const again = await refreshed(first.refresh_token);
    expect(again.refresh_token).toBe(answered.refresh_token);
    expect((await service.refresh(again.refresh_token)).status).toBe(200);
  });

  it('ends the session when a token comes again after the grace', async () => {
    const first = await service.registered('robbed');
    const second = await refreshed(first.refresh_token);
    const received = await service.subscribeTo(first.user_id);
    await letPass(11);
    const reuse = await service.refresh(first.refresh_token);
    expect(reuse.status).toBe(401);
    expect(reuse.error?.code).toBe('refresh_token_reused');
    const session_id = await sessionOf(first);
    expect(received).toEqual([{ kind: 'signed_out', user_id: first.user_id, session_ids: [session_id] }]);
    expect((await service.refresh(second.refresh_token)).error?.code).toBe('refresh_token_invalid');
    const ended = await service.callInternally('/internal/sessions/ended', { session_ids: [session_id] });
    expect(ended.json).toEqual({ ended: [session_id] });
  });

  it('ends the session when a token comes again within the grace but its successor was used', async () => {
    const first = await service.registered('raced');
    const second = await refreshed(first.refresh_token);
    const third = await refreshed(second.refresh_token);
    expect((await service.refresh(first.refresh_token)).error?.code).toBe('refresh_token_reused');
    expect((await service.refresh(third.refresh_token)).error?.code).toBe('refresh_token_invalid');
  });

  it('finds a thief out who took the token of a client without attempt ids within the grace', async () => {
    const first = await service.registered('shadowed');
    const owner = await refreshed(first.refresh_token);
    const thief = await refreshed(first.refresh_token);
    expect(thief.refresh_token).toBe(owner.refresh_token);
    const thiefNext = await refreshed(thief.refresh_token);
    await letPass(11);
    expect((await service.refresh(owner.refresh_token)).error?.code).toBe('refresh_token_reused');
    expect((await service.refresh(thiefNext.refresh_token)).error?.code).toBe('refresh_token_invalid');
  });

  it('leaves the other sessions of the user alone', async () => {
    const { refresh_token } = await service.registered('two-devices');
    const other = (await service.logIn('two-devices', 'correct horse battery')).json as SessionResponse;
    await refreshed(refresh_token);
    await letPass(11);
    expect((await service.refresh(refresh_token)).status).toBe(401);
    await refreshed(other.refresh_token);
  });

  it('forgets how to make a successor once it was used', async () => {
    const first = await service.registered('forgetful');
    const second = await refreshed(first.refresh_token);
    await refreshed(second.refresh_token);
    const rows = await service.database.query<{ salts: number }>(
      {
        name: 'count_salts',
        text: 'select count(successor_salt)::integer as salts from auth.refresh_tokens where session_id = $1',
      },
      [await sessionOf(first)],
    );
    expect(rows).toEqual([{ salts: 1 }]);
  });

  it.each([
    ['an unknown token', 'A'.repeat(43)],
    ['an access token', 'eyJhbGciOiJFUzI1NiJ9.e30.AA'],
    ['U+0000', '\u0000'],
    ['another text', "' or 1=1 --"],
  ])('refuses %s', async (_what, token) => {
    const answer = await service.refresh(token);
    expect(answer.status).toBe(401);
    expect(answer.error?.code).toBe('refresh_token_invalid');
  });

  it('refuses a token that expired', async () => {
    const { refresh_token, token } = await service.registered('expired');
    const { sessionId } = await service.verifier.verify(token);
    await service.database.query(
      { name: 'expire', text: 'update auth.refresh_tokens set expires_at = clock_timestamp() where session_id = $1' },
      [sessionId],
    );
    expect((await service.refresh(refresh_token)).error?.code).toBe('refresh_token_invalid');
  });

  it('ends with the longest life of a session, however often it was refreshed, and its tokens with it', async () => {
    const strict = await startHarness({ database: service.database, configuration: { SESSION_MAX_AGE_S: 3_600 } });
    const age = (sessionId: string, seconds: number) =>
      service.database.query(
        {
          name: 'age_session',
          text: `
            with tokens as (
              update auth.refresh_tokens set expires_at = expires_at - make_interval(secs => $2) where session_id = $1
            )
            update auth.sessions
            set created_at = created_at - make_interval(secs => $2), expires_at = expires_at - make_interval(secs => $2)
            where id = $1`,
        },
        [sessionId, seconds],
      );
    try {
      const first = await strict.registered('old-timer');
      expect(first.expires_in).toBe(600);
      const { sessionId } = await strict.verifier.verify(first.token);
      await age(sessionId, 3_500);
      const second = (await strict.refresh(first.refresh_token, attempt())).json as SessionResponse;
      expect((await strict.callInternally('/internal/sessions/ended', { session_ids: [sessionId] })).json).toEqual({
        ended: [],
      });
      const { issuedAt, expiresAt } = await strict.verifier.verify(second.token);
      expect(expiresAt - issuedAt).toBe(second.expires_in);
      expect(second.expires_in).toBeGreaterThan(0);
      expect(second.expires_in).toBeLessThanOrEqual(100);
      await age(sessionId, 101);
      const body = { password: PASSWORD, new_password: 'staple horse battery' };
      expect((await strict.callAs(second.token, 'PUT', '/password', body)).error?.code).toBe('token_invalid');
      expect((await strict.refresh(second.refresh_token, attempt())).error?.code).toBe('refresh_token_invalid');
      expect((await strict.callInternally('/internal/sessions/ended', { session_ids: [sessionId] })).json).toEqual({
        ended: [sessionId],
      });
    } finally {
      await strict.close();
    }
  });

  it('names the field of a bad request', async () => {
    const answer = await service.call('POST', '/refresh', {});
    expect(answer.status).toBe(400);
    expect(answer.error?.message).toMatch(/^refresh_token: /);
  });

  it('counts refreshes by outcome', async () => {
    const count = (outcome: string) => metricValue(service.metrics, 'chat_authentication_refreshes_total', { outcome });
    const before = { rotated: await count('rotated'), repeated: await count('repeated') };
    const { refresh_token } = await service.registered('counted');
    await refreshed(refresh_token);
    await refreshed(refresh_token);
    expect(await count('rotated')).toBe(before.rotated + 1);
    expect(await count('repeated')).toBe(before.repeated + 1);
    expect(await count('reused')).toBeGreaterThan(0);
    expect(await count('invalid')).toBeGreaterThan(0);
  });
});
