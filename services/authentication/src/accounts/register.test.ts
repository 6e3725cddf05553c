import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

describe('register', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  it('creates a user and logs it in', async () => {
    const answer = await service.call('POST', '/register', { username: 'Ada', password: PASSWORD });
    expect(answer.status).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const session = answer.json as SessionResponse;
    expect(session.expires_in).toBe(600);
    const claims = await service.verifier.verify(session.token);
    expect(claims.userId).toBe(session.user_id);
    const me = await service.callAs(session.token, 'GET', `/users/${session.user_id}`);
    expect(me.json).toEqual({ user_id: session.user_id, username: 'Ada' });
    expect((await service.refresh(session.refresh_token)).status).toBe(200);
  });

  it.each([
    ['the same name', 'Grace', 'Grace'],
    ['the same name in another case', 'grace', 'GRACE'],
    ['the same name in full-width letters', 'lin', 'ｌｉｎ'],
    ['the same name composed otherwise', 'zoe\u0308'.normalize('NFC'), 'ZOË'],
  ])('refuses %s as taken', async (_what, first, second) => {
    await service.call('POST', '/register', { username: first, password: PASSWORD });
    const answer = await service.call('POST', '/register', { username: second, password: PASSWORD });
    expect(answer.status).toBe(409);
    expect(answer.error?.code).toBe('username_taken');
  });

  it('lets exactly one of several that register a name at once have it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => service.call('POST', '/register', { username: 'rush', password: PASSWORD })),
    );
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  it.each([
    ['a missing name', { password: PASSWORD }, 'username'],
    ['an empty name', { username: '', password: PASSWORD }, 'username'],
    ['a name that is too long', { username: 'a'.repeat(65), password: PASSWORD }, 'username'],
    ['a name with a space', { username: 'a b', password: PASSWORD }, 'username'],
    ['a name with U+0000', { username: 'a\u0000', password: PASSWORD }, 'username'],
    ['a name with a lone surrogate', { username: 'a\ud800', password: PASSWORD }, 'username'],
    ['a name that normalises to several words', { username: '\ufdfa', password: PASSWORD }, 'username'],
    ['a short password', { username: 'short', password: '1234567' }, 'password'],
    ['a blank password', { username: 'blank', password: ' '.repeat(8) }, 'password'],
    ['a long password', { username: 'long', password: 'p'.repeat(129) }, 'password'],
    ['a password that is long once normalised', { username: 'long', password: '\ufdfa'.repeat(128) }, 'password'],
    ['a password with U+0000', { username: 'nul', password: `${PASSWORD}\u0000` }, 'password'],
    ['a password with a lone surrogate', { username: 'lone', password: `${PASSWORD}\udc00` }, 'password'],
    ['a password that is no text', { username: 'number', password: 12345678 }, 'password'],
  ])('refuses %s and names the field', async (_what, body, field) => {
    const answer = await service.call('POST', '/register', body);
    expect(answer.status).toBe(400);
    expect(answer.error?.code).toBe('invalid_request');
    expect(answer.error?.message).toMatch(new RegExp(`^${field}: `));
  });

  it.each([
    ['among the commonest', 'password'],
    ['the name itself', 'Self-Named'],
  ])('refuses a password that is %s', async (_what, password) => {
    const answer = await service.call('POST', '/register', { username: 'self-named', password });
    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({ code: 'password_too_common', retryable: false });
  });

  it('stores no password and no token', async () => {
    const { refresh_token } = await service.registered('margaret', 'a password to look for');
    const text = async (table: string) =>
      JSON.stringify(await service.database.query({ name: 'dump', text: `select t::text from auth.${table} t` }));
    const dump = `${await text('users')}${await text('sessions')}${await text('refresh_tokens')}`;
    expect(dump).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(dump).not.toContain('a password to look for');
    expect(dump).not.toContain(refresh_token);
    expect(dump).not.toContain(Buffer.from(refresh_token).toString('hex'));
  });

  it('takes only so many registrations of one address in a minute', async () => {
    const { database } = service;
    const strict = await startHarness({ database, configuration: { REGISTRATIONS_PER_MINUTE: 2 } });
    try {
      await strict.registered('one');
      await strict.registered('two');
      const answer = await strict.call('POST', '/register', { username: 'three', password: PASSWORD });
      expect(answer.status).toBe(429);
      expect(answer.error).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(answer.error?.retry_after_ms).toBeGreaterThan(25_000);
      expect(answer.error?.retry_after_ms).toBeLessThanOrEqual(30_000);
      const throttled = await metricValue(strict.metrics, 'chat_authentication_throttled_total', { by: 'address' });
      expect(throttled).toBe(1);
    } finally {
      await strict.close();
    }
  });
});
