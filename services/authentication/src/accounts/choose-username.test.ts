import type { SessionResponse } from '@chat-app/protocol';
import { openEmbeddedDatabase } from '../../../../test/testing/embedded-database';
import { MIGRATIONS, SCHEMA } from '../migrations';
import { hashPassword } from '../passwords/hash-password';
import { PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

describe('the name that a user chooses', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const register = (username: string, on: Harness = service) =>
    on.call('POST', '/register', { username, password: PASSWORD });

  it.each([
    ['in another case by full case folding', 'straße', 'STRASSE'],
    ['with another sigma', 'οδυσσεύς', 'ΟΔΥΣΣΕΎΣ'],
  ])('is taken where somebody has it %s', async (_what, first, second) => {
    expect((await register(first)).status).toBe(201);
    const answer = await register(second);
    expect(answer.status).toBe(409);
    expect(answer.error?.code).toBe('username_taken');
    expect((await service.logIn(second, PASSWORD)).status).toBe(200);
  });

  it.each([
    ['a letter of another script', 'user1', 'usеr1'],
    ['a capital for a small letter', 'paypal', 'paypaI'],
    ['a digit for a letter', 'lookout1', 'lookoutl'],
  ])('is refused where it looks like another user’s: %s', async (_what, first, second) => {
    expect((await register(first)).status).toBe(201);
    const answer = await register(second);
    expect(answer.status).toBe(409);
    expect(answer.error).toMatchObject({ code: 'username_confusable', retryable: false });
    expect((await service.logIn(second, PASSWORD)).status).toBe(401);
  });

  it('goes to one of several who register names that look alike at once', async () => {
    const answers = await Promise.all(['twin', 'twіn', 'tᴡin', 'tԝin'].map((username) => register(username)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  it.each(['admin', 'ADMIN', 'аdmin', 'system', 'support'])('is not reserved, as %s is', async (username) => {
    const answer = await register(username);
    expect(answer.status).toBe(409);
    expect(answer.error?.code).toBe('username_reserved');
  });

  it('is reserved where the operator says so', async () => {
    const { database } = service;
    const strict = await startHarness({ database, configuration: { RESERVED_USERNAMES: ['acme'] } });
    try {
      expect((await register('Acme', strict)).error?.code).toBe('username_reserved');
      expect((await register('postmaster', strict)).status).toBe(201);
    } finally {
      await strict.close();
    }
  });

  it.each(['हिन्दी', 'שָׁלוֹם', '𐐨'.repeat(64)])('may be of any script: %s', async (username) => {
    const answer = await register(username);
    expect(answer.status).toBe(201);
    const { token, user_id } = answer.json as SessionResponse;
    const found = await service.callAs(token, 'GET', `/users?username=${encodeURIComponent(username)}`);
    expect(found.json).toMatchObject({ user_id });
    expect((await service.logIn(username, PASSWORD)).status).toBe(200);
  });

  it.each(['user1\u3164', 'us\u200ber1', 'user\uffa0'])('holds nothing invisible (%j)', async (username) => {
    const answer = await register(username);
    expect(answer.status).toBe(400);
    expect(answer.error?.message).toMatch(/^username: /);
  });

  it('may stay what it is where a former version took it: its users log in and are found', async () => {
    const database = await openEmbeddedDatabase();
    const before = MIGRATIONS.filter(({ name }) => name < '008');
    const former = ['straße', 'strasse', 'user\u3164', 'аdmin', 'admin'];
    try {
      await database.migrate(SCHEMA, before);
      const hash = await hashPassword(PASSWORD);
      for (const [n, username] of former.entries()) {
        await database.query(
          {
            name: 'insert_former',
            text: 'insert into auth.users (id, username, username_key, password_hash) values ($1, $2, $2, $3)',
          },
          [`00000000-0000-4000-8000-00000000000${n}`, username, hash],
        );
      }
      const upgraded = await startHarness({ database });
      try {
        for (const [n, username] of former.entries()) {
          const answer = await upgraded.logIn(username, PASSWORD);
          expect(answer.json).toMatchObject({ user_id: `00000000-0000-4000-8000-00000000000${n}` });
          const { token } = answer.json as SessionResponse;
          const path = `/users?username=${encodeURIComponent(username)}`;
          expect((await upgraded.callAs(token, 'GET', path)).json).toMatchObject({ username });
        }
        expect((await register('STRASSE', upgraded)).error?.code).toBe('username_taken');
      } finally {
        await upgraded.close();
      }
    } finally {
      await database.close();
    }
  });

  it('is not sought by trying: look-ups by name have a budget of each user', async () => {
    const { database } = service;
    const strict = await startHarness({ database, configuration: { LOOKUPS_PER_USER_PER_MINUTE: 3 } });
    try {
      const [curious, other] = [await strict.registered('curious'), await strict.registered('incurious')];
      const seek = (token: string, n: number) => strict.callAs(token, 'GET', `/users?username=guess-${n}`);
      const statuses: number[] = [];
      for (let n = 0; n < 5; n += 1) statuses.push((await seek(curious.token, n)).status);
      expect(statuses).toEqual([404, 404, 404, 429, 429]);
      expect((await seek(curious.token, 9)).error).toMatchObject({ code: 'rate_limited', retryable: true });
      expect((await seek(other.token, 0)).status).toBe(404);
      expect((await strict.callAs(curious.token, 'GET', `/users/${other.user_id}`)).status).toBe(200);
    } finally {
      await strict.close();
    }
  });
});
