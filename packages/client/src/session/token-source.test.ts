import { USER_1, USER_2 } from '../../testing/fake-server';
import { memoryStorage, session } from '../../testing/recorded-client';
import { ChatError } from '../errors';
import { monotonicNow } from '../state/clock';
import { sharedSession } from './session-store';
import { sessionTokens, suppliedTokens } from './token-source';

const jwt = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

describe('sessionTokens', () => {
  it('refreshes once however often it is asked at a time, each time with the newest refresh token', async () => {
    const used: string[] = [];
    const tokens = await sessionTokens(
      session(),
      async (refreshToken) => (
        used.push(refreshToken),
        session(600, `token-${used.length + 1}`, `refresh-${used.length + 1}`)
      ),
      () => undefined,
    );
    await Promise.all([tokens.refresh(), tokens.refresh()]);
    await tokens.refresh();
    expect(used).toEqual(['refresh-1', 'refresh-2']);
    expect([tokens.token, tokens.refreshToken]).toEqual(['token-3', 'refresh-3']);
  });

  it('keeps the refresh token where no answer came: the same one may come again', async () => {
    let fail = true;
    const used: string[] = [];
    const tokens = await sessionTokens(
      session(),
      async (refreshToken) => {
        used.push(refreshToken);
        if (fail) throw new Error('no answer');
        return session(600, 'token-2', 'refresh-2');
      },
      () => undefined,
    );
    await expect(tokens.refresh()).rejects.toThrow('no answer');
    fail = false;
    await tokens.refresh();
    expect(used).toEqual(['refresh-1', 'refresh-1']);
  });

  it('makes the same attempt again where no answer came, and another for the next token', async () => {
    const attempts: string[] = [];
    const tokens = await sessionTokens(
      session(),
      async (refreshToken, attemptId) => {
        attempts.push(`${refreshToken} ${attemptId}`);
        if (attempts.length === 1) throw new Error('no answer');
        return { ...session(600, 'token-2', 'refresh-2'), attempt_id: 'the next' };
      },
      () => undefined,
    );
    await expect(tokens.refresh()).rejects.toThrow('no answer');
    await tokens.refresh();
    await tokens.refresh();
    const first = 'refresh-1 attempt at refresh-1';
    expect(attempts).toEqual([first, first, 'refresh-2 the next']);
  });

  it('tells the attempt it makes before it makes it, where the session has none: a crash must find it', async () => {
    const { attempt_id: _, ...old } = session();
    const order: unknown[] = [];
    const tokens = await sessionTokens(
      old,
      async (_refreshToken, attemptId) => (order.push(['used', attemptId]), session(600, 'token-2', 'refresh-2')),
      ({ refresh_token, attempt_id }) => order.push(['told', refresh_token, attempt_id]),
    );
    await tokens.refresh();
    const made = expect.stringMatching(/^[0-9a-f-]{72}$/) as string;
    expect(order).toEqual([
      ['told', 'refresh-1', made],
      ['used', made],
      ['told', 'refresh-2', 'attempt at refresh-2'],
    ]);
  });

  it('does not become another user', async () => {
    const tokens = await sessionTokens(
      session(),
      async () => ({ ...session(), user_id: USER_2 }),
      () => undefined,
    );
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'wrong_user', retryable: false });
    expect(tokens.token).toBe('token-1');
  });

  it('knows when a session that was kept expires by its token, one just refreshed by its lifetime', async () => {
    const past = jwt({ exp: Date.now() / 1_000 - 5 });
    const tokens = await sessionTokens(
      session(600, past),
      async () => session(600, past),
      () => undefined,
    );
    expect(tokens.expiresAt).toBeLessThan(monotonicNow());
    await tokens.refresh();
    expect(tokens.expiresAt).toBeGreaterThan(monotonicNow() + 590_000);
  });
});

describe('tokens that tabs share', () => {
  const sid = jwt({ sid: 'one' });
  const tokensOf = (name: string) => session(600, `${sid}.${name}`, `refresh-${name}`);

  /** Locks as a browser has them: one at a time under a name. */
  class TestLocks {
    private last: Promise<unknown> = Promise.resolve();
    request<T>(_name: string, work: () => Promise<T>): Promise<T> {
      const mine = this.last.then(work);
      this.last = mine.catch(() => undefined);
      return mine;
    }
  }

  /** Authentication, which takes every refresh token once. */
  const authentication = () => {
    const used: string[] = [];
    const refresh = async (refreshToken: string) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (used.includes(refreshToken)) throw new ChatError('refresh_token_reused', 'reused', false);
      used.push(refreshToken);
      return tokensOf(String(used.length + 1));
    };
    return { used, refresh };
  };

  it('are refreshed by one tab at a time, and found by the others', async () => {
    const { used, refresh } = authentication();
    const [storage, locks] = [memoryStorage(), new TestLocks()];
    const told: unknown[] = [];
    const open = () =>
      sessionTokens(tokensOf('1'), refresh, (next) => told.push(next), sharedSession(storage, 'one', locks, fail));
    const [one, two] = await Promise.all([open(), open()]);
    await Promise.all([one.refresh(), two.refresh()]);
    expect(used).toEqual(['refresh-1']);
    expect([one.token, two.token]).toEqual([tokensOf('2').token, tokensOf('2').token]);
    expect(told).toEqual([tokensOf('2'), tokensOf('2')]);
    await two.refresh();
    await one.refresh();
    expect(used).toEqual(['refresh-1', 'refresh-2']);
  });

  it('are adopted by a duplicated tab that wakes long after the other refreshed', async () => {
    const { used, refresh } = authentication();
    const storage = memoryStorage();
    const store = () => sharedSession(storage, 'one', undefined, fail);
    const tab = await sessionTokens(tokensOf('1'), refresh, () => undefined, store());
    await tab.refresh();
    await tab.refresh();
    const duplicate = await sessionTokens(tokensOf('1'), refresh, () => undefined, store());
    expect(duplicate.token).toBe(tab.token);
    await duplicate.refresh();
    expect(used).toEqual(['refresh-1', 'refresh-2', 'refresh-3']);
  });

  it('are used by one attempt, whichever tab makes it: duplicated, reloaded after a lost answer, without locks', async () => {
    const attempts: string[] = [];
    const refresh = async (refreshToken: string, attemptId: string) => {
      attempts.push(`${refreshToken} ${attemptId}`);
      throw new ChatError('network', 'no answer', true);
    };
    const storage = memoryStorage();
    const { attempt_id: _, ...old } = tokensOf('1');
    const open = () => sessionTokens(old, refresh, () => undefined, sharedSession(storage, 'one', undefined, fail));
    const tabs = [await open(), await open()];
    await Promise.allSettled(tabs.map((tab) => tab.refresh()));
    await (await open()).refresh().catch(() => undefined);
    expect(attempts).toHaveLength(3);
    expect(new Set(attempts).size).toBe(1);
  });

  it('do not end the session where two tabs refresh at the same moment without locks', async () => {
    const { refresh } = authentication();
    const storage = memoryStorage();
    const store = () => sharedSession(storage, 'one', undefined, fail);
    const open = () => sessionTokens(tokensOf('1'), refresh, () => undefined, store());
    const [one, two] = await Promise.all([open(), open()]);
    await Promise.all([one.refresh(), two.refresh()]);
    expect(two.token).toBe(one.token);
  });

  it('are forgotten when the session is over, and never taken from another user', async () => {
    const storage = memoryStorage();
    const tokens = await sessionTokens(
      tokensOf('1'),
      authentication().refresh,
      () => undefined,
      sharedSession(storage, 'one', undefined, fail),
    );
    storage.setItem('chat-app.session.one', JSON.stringify({ ...tokensOf('9'), user_id: USER_2 }));
    await tokens.refresh();
    expect(tokens.token).toBe(tokensOf('2').token);
    await tokens.forget();
    expect(storage.items.size).toBe(0);
  });

  it('stay private where the storage fails, which is reported', async () => {
    const faults: unknown[] = [];
    const broken = {
      getItem: () => Promise.reject(new Error('no read')),
      setItem: () => {
        throw new Error('no write');
      },
      removeItem: () => undefined,
    };
    const store = sharedSession(broken, 'one', undefined, (thrown) => faults.push(thrown));
    const tokens = await sessionTokens(tokensOf('1'), authentication().refresh, () => undefined, store);
    await tokens.refresh();
    expect(tokens.token).toBe(tokensOf('2').token);
    expect(faults).toContainEqual(new Error('no write'));
  });
});

const fail = (thrown: unknown): void => {
  throw thrown;
};

describe('suppliedTokens', () => {
  it('reads user and expiry of the token', async () => {
    const tokens = await suppliedTokens(() => jwt({ sub: USER_1.toUpperCase(), exp: Date.now() / 1_000 + 60 }));
    expect([tokens.userId, tokens.refreshToken]).toEqual([USER_1, undefined]);
    expect((tokens.expiresAt ?? 0) - monotonicNow()).toBeGreaterThan(55_000);
    expect((tokens.expiresAt ?? 0) - monotonicNow()).toBeLessThanOrEqual(60_000);
  });

  it('refuses a token that names no user', async () => {
    await expect(suppliedTokens(() => 'nonsense')).rejects.toMatchObject({ code: 'token_invalid' });
  });
});
