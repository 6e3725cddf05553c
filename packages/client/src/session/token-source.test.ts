import { USER_1, USER_2 } from '../../testing/fake-server';
import { session } from '../../testing/recorded-client';
import { sessionTokens, suppliedTokens } from './token-source';

const jwt = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

describe('sessionTokens', () => {
  it('refreshes once however often it is asked at a time, each time with the newest refresh token', async () => {
    const used: string[] = [];
    const tokens = sessionTokens(
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
    const tokens = sessionTokens(
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

  it('does not become another user', async () => {
    const tokens = sessionTokens(
      session(),
      async () => ({ ...session(), user_id: USER_2 }),
      () => undefined,
    );
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'wrong_user', retryable: false });
    expect(tokens.token).toBe('token-1');
  });

  it('knows when a session that was kept expires by its token, one just refreshed by its lifetime', async () => {
    const past = jwt({ exp: 1_000 });
    const tokens = sessionTokens(
      session(600, past),
      async () => session(600, past),
      () => undefined,
    );
    expect(tokens.expiresAt).toBe(1_000_000);
    await tokens.refresh();
    expect(tokens.expiresAt).toBeGreaterThan(Date.now() + 590_000);
  });
});

describe('suppliedTokens', () => {
  it('reads user and expiry of the token', async () => {
    const tokens = await suppliedTokens(() => jwt({ sub: USER_1.toUpperCase(), exp: 5 }));
    expect([tokens.userId, tokens.expiresAt, tokens.refreshToken]).toEqual([USER_1, 5_000, undefined]);
  });

  it('refuses a token that names no user', async () => {
    await expect(suppliedTokens(() => 'nonsense')).rejects.toMatchObject({ code: 'token_invalid' });
  });
});
