import type { SessionResponse } from '@chat-app/protocol';
import { startHarness, type Harness } from '../testing/authentication-harness';

describe('the directory', () => {
  let service: Harness;
  let ada: SessionResponse;
  const people = new Map<string, SessionResponse>();
  beforeAll(async () => {
    service = await startHarness();
    ada = await service.registered('ada');
    for (const name of ['Marta', 'martin', 'MARC', 'mar_x', 'mars', 'Straßer', 'zoë']) {
      people.set(name, await service.registered(name));
    }
  });
  afterAll(() => service.close());

  const search = async (prefix: string, query = '') => {
    const answer = await service.callAs(ada.token, 'GET', `/directory?prefix=${encodeURIComponent(prefix)}${query}`);
    expect(answer.status).toBe(200);
    return (answer.json as { users: { user_id: string; username: string }[] }).users;
  };
  const names = async (prefix: string, query = '') => (await search(prefix, query)).map(({ username }) => username);

  it('finds people by the beginning of their name, in the order of names, whatever the case', async () => {
    expect(await search('mart')).toEqual(
      ['Marta', 'martin'].map((username) => ({ user_id: people.get(username)?.user_id, username })),
    );
    expect(await names('MART')).toEqual(['Marta', 'martin']);
    expect(await names('STRASS')).toEqual(['Straßer']);
    expect(await names('ZOE\u0308')).toEqual(['zoë']);
    expect(await names('nobody')).toEqual([]);
  });

  it('takes what is typed as it is: no letter stands for others', async () => {
    expect(await names('mar_')).toEqual(['mar_x']);
    for (const pattern of ['%', '_', 'mar%', '\\', '\u{10FFFF}', "'"]) expect(await names(pattern)).toEqual([]);
  });

  it('shows no more than a page, and not the one who asks', async () => {
    expect(await names('mar', '&limit=2')).toHaveLength(2);
    expect(await names('ad')).toEqual([]);
    for (const query of ['prefix=', 'prefix=a&limit=21', 'prefix=a&limit=0', 'limit=3', 'prefix=%00']) {
      expect((await service.callAs(ada.token, 'GET', `/directory?${query}`)).status).toBe(400);
    }
  });

  it('leaves out who is disabled', async () => {
    await service.database.query({ name: 'disable', text: 'update auth.users set disabled_at = now() where id = $1' }, [
      people.get('mars')!.user_id,
    ]);
    expect(await names('mars')).toEqual([]);
  });

  it('is for users who are logged in', async () => {
    expect((await service.call('GET', '/directory?prefix=m')).error?.code).toBe('unauthenticated');
  });

  it('is turned off by the operator: then people are found by their whole name alone', async () => {
    const closed = await startHarness({ database: service.database, configuration: { USER_DIRECTORY: false } });
    try {
      const { token } = await closed.registered('curious');
      expect((await closed.callAs(token, 'GET', '/directory?prefix=mart')).error?.code).toBe('directory_off');
      expect((await closed.callAs(token, 'GET', '/users?username=martin')).status).toBe(200);
    } finally {
      await closed.close();
    }
  });

  it('has a budget of each user, and of all users of an address', async () => {
    const strict = await startHarness({
      database: service.database,
      configuration: { LOOKUPS_PER_USER_PER_MINUTE: 3 },
    });
    try {
      const seek = async (token: string) => (await strict.callAs(token, 'GET', '/directory?prefix=mart')).status;
      const first = await strict.registered('first');
      expect([await seek(first.token), await seek(first.token), await seek(first.token)]).toEqual([200, 200, 200]);
      expect(await seek(first.token)).toBe(429);
      const others: string[] = [];
      for (let n = 0; n < 15; n += 1) others.push((await strict.registered(`another-${n}`)).token);
      const statuses = await Promise.all([...others, ...others, ...others].map(seek));
      // None of them more than three times, and yet: thirty in a minute from one address.
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(27);
      expect(statuses).toContain(429);
    } finally {
      await strict.close();
    }
  });
});
