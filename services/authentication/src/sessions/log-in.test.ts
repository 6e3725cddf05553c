import type * as argon2 from '@node-rs/argon2';
import { hash } from '@node-rs/argon2';
import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

describe('log in', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  it.each(['GET', 'POST'])('answers %s /login with a JSON body by a session', async (method) => {
    const { user_id } = await service.registered(`by-${method}`);
    const answer = await service.call(method, '/login', { username: `by-${method}`, password: PASSWORD });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const session = answer.json as SessionResponse;
    expect(session.user_id).toBe(user_id);
    expect(Object.keys(session).sort()).toEqual(['device_proof', 'expires_in', 'refresh_token', 'token', 'user_id']);
    expect(await service.verifier.verify(session.token)).toMatchObject({ userId: user_id });
  });

  it('opens a session of its own each time', async () => {
    await service.registered('twice');
    const sessions = await Promise.all([service.logIn('twice', PASSWORD), service.logIn('twice', PASSWORD)]);
    const ids = await Promise.all(
      sessions.map(async ({ json }) => (await service.verifier.verify((json as SessionResponse).token)).sessionId),
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('does not mind the case and composition of the name', async () => {
    await service.registered('Émile');
    expect((await service.logIn('e\u0301MILE', PASSWORD)).status).toBe(200);
  });

  it('does not mind how the password was composed', async () => {
    await service.registered('composed', 'p\u00e4ssword \ufb01');
    expect((await service.logIn('composed', 'pa\u0308ssword fi')).status).toBe(200);
  });

  it('takes a password as it was typed, to its end: one of 128 characters, and none that differs in the last or in case', async () => {
    const password = `${'long enough '.repeat(10)}to end x`;
    expect(password).toHaveLength(128);
    await service.registered('to-the-end', password);
    const status = async (typed: string) => (await service.logIn('to-the-end', typed)).status;
    expect(await status(password.replace(/x$/, 'y'))).toBe(401);
    expect(await status(password.toUpperCase())).toBe(401);
    expect(await status(` ${password.slice(0, -1)}`)).toBe(401);
    expect(await status(password)).toBe(200);
  });

  it('answers alike for a wrong password and for a name that is no user', async () => {
    await service.registered('exists');
    const wrong = await service.logIn('exists', 'not the password');
    const unknown = await service.logIn('does-not-exist', 'not the password');
    expect(wrong.status).toBe(401);
    expect(unknown.status).toBe(401);
    expect(unknown.json).toEqual(wrong.json);
    expect(wrong.error?.code).toBe('wrong_credentials');
    const names = (answer: typeof wrong) => Object.keys(answer.headers).sort();
    expect(names(unknown)).toEqual(names(wrong));
  });

  it('does the same work for a name that is no user: the same statements, one hash at the same cost', async () => {
    await service.registered('costly');
    const cost = (phc: string) => phc.split('$').slice(0, 4).join('$');
    const library = jest.requireActual<typeof argon2>('@node-rs/argon2');
    const workOf = async (username: string) => {
      const verifying = jest.spyOn(library, 'verify');
      const asking = jest.spyOn(service.database, 'query');
      expect((await service.logIn(username, 'not the password')).status).toBe(401);
      const statements = asking.mock.calls.map(([{ name }]) => name);
      const hashes = verifying.mock.calls.map(([hashed, password]) => [cost(String(hashed)), password]);
      asking.mockRestore();
      verifying.mockRestore();
      return { statements, hashes };
    };
    const known = await workOf('costly');
    expect(await workOf('nobody')).toEqual(known);
    expect(known.hashes).toEqual([
      [expect.stringMatching(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+$/), 'not the password'],
    ]);
    expect(known.statements).not.toEqual([]);
  });

  it.each([
    ['a missing password', { username: 'x' }, 'password'],
    ['a password beyond 1 KiB', { username: 'x', password: 'p'.repeat(1_025) }, 'password'],
    ['a password beyond 1 KiB of UTF-8', { username: 'x', password: '\u20ac'.repeat(342) }, 'password'],
    ['a password with a lone surrogate', { username: 'x', password: '\ud800' }, 'password'],
    ['a name with U+0000', { username: 'x\u0000', password: 'p' }, 'username'],
    ['a name with a lone surrogate', { username: '\udfff', password: 'p' }, 'username'],
    ['a name that is an object', { username: { $ne: '' }, password: 'p' }, 'username'],
  ])('refuses %s and names the field', async (_what, body, field) => {
    const answer = await service.call('POST', '/login', body);
    expect(answer.status).toBe(400);
    expect(answer.error?.message).toMatch(new RegExp(`^${field}: `));
  });

  it('refuses what is not JSON', async () => {
    expect((await service.call('POST', '/login', '{"username":')).error?.code).toBe('invalid_json');
    const text = await service.call('POST', '/login', 'username=x', { 'content-type': 'text/plain' });
    expect(text.status).toBe(415);
    expect((await service.call('GET', '/login')).status).toBe(400);
    expect((await service.call('PUT', '/login', {})).status).toBe(405);
  });

  it('renews a hash of former parameters when its user logs in, and only then', async () => {
    const { user_id } = await service.registered('rehashed');
    const weak = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await service.database.query({ name: 'weaken', text: 'update auth.users set password_hash = $2 where id = $1' }, [
      user_id,
      weak,
    ]);
    const stored = async () => {
      const [row] = await service.database.query<{ password_hash: string; password_version: number }>(
        { name: 'read', text: 'select password_hash, password_version from auth.users where id = $1' },
        [user_id],
      );
      return row;
    };
    await service.logIn('rehashed', 'not the password');
    expect((await stored())?.password_hash).toBe(weak);
    expect((await service.logIn('rehashed', PASSWORD)).status).toBe(200);
    const renewed = await stored();
    expect(renewed?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(renewed?.password_version).toBe(1);
    expect((await service.logIn('rehashed', PASSWORD)).status).toBe(200);
    expect(await stored()).toEqual(renewed);
  });

  it('counts logins by outcome', async () => {
    const fresh = await startHarness({ database: service.database });
    try {
      await fresh.registered('counted');
      await fresh.logIn('counted', PASSWORD);
      await fresh.logIn('counted', 'wrong');
      const count = (outcome: string) => metricValue(fresh.metrics, 'chat_authentication_logins_total', { outcome });
      expect(await count('succeeded')).toBe(1);
      expect(await count('wrong_credentials')).toBe(1);
    } finally {
      await fresh.close();
    }
  });
});
