import type { Database } from '@chat-app/database';
import type { SessionResponse } from '@chat-app/protocol';
import { openEmbeddedDatabase } from '../../../../test/testing/embedded-database';
import { startHarness, type Harness } from '../testing/authentication-harness';
import { operateAccount } from '../tools/operate-account';
import { DEMO_USERS } from './create-demo-users';

const RESETS = { initialPasswordTtlS: 3_600 };

describe('demo users', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openEmbeddedDatabase();
  });
  afterEach(() => database.query({ name: 'clear', text: 'truncate auth.users, auth.login_throttles cascade' }));
  afterAll(() => database.close());

  const serving = async (demoUsers: boolean, work: (service: Harness) => Promise<void>) => {
    const service = await startHarness({ database, configuration: { DEMO_USERS: demoUsers } });
    try {
      await work(service);
    } finally {
      await service.close();
    }
  };

  it.each(['the first start', 'a restart'])(
    'log in as the demo printed, after %s; a warning says so',
    async (start) => {
      if (start === 'a restart') await serving(true, () => Promise.resolve());
      await serving(true, async (service) => {
        for (const { id, username, password } of DEMO_USERS) {
          const answer = await service.call('GET', '/login', { username, password });
          expect(answer.status).toBe(200);
          expect((answer.json as SessionResponse).user_id).toBe(id);
        }
        expect(service.lines.filter((line) => line.level === 'warn' && /demo users/.test(line.message))).toHaveLength(
          1,
        );
      });
      const rows = await database.query<{ id: string }>({
        name: 'ids',
        text: 'select id from auth.users order by username',
      });
      expect(rows.map((row) => row.id)).toEqual(DEMO_USERS.map((user) => user.id));
      expect(rows[0]?.id).toBe('123e4567-e89b-12d3-a456-426614174000');
      expect(rows[1]?.id).toBe('789e0123-e45b-67d8-a901-324534567890');
    },
  );

  it('are disabled where they are turned off: the log says so, no log-in is taken, their sessions end', async () => {
    let refreshToken = '';
    await serving(true, async (service) => {
      refreshToken = ((await service.logIn('user1', 'pwd1')).json as SessionResponse).refresh_token;
      const { token } = (await service.logIn('user2', 'pwd2')).json as SessionResponse;
      const body = { password: 'pwd2', new_password: 'no longer well-known' };
      expect((await service.callAs(token, 'PUT', '/password', body)).status).toBe(200);
    });
    await serving(false, async (service) => {
      const answer = await service.logIn('user1', 'pwd1');
      expect(answer.status).toBe(403);
      expect(answer.error?.code).toBe('account_disabled');
      expect((await service.refresh(refreshToken)).status).toBe(401);
      expect((await service.logIn('user2', 'no longer well-known')).status).toBe(200);
      const said = service.lines.filter((line) => line.level === 'warn' && /demo users .* disabled/.test(line.message));
      expect(said.map(({ fields }) => fields['usernames'])).toEqual([['user1', 'user3', 'user4', 'user5']]);
    });
    await serving(true, async (service) => {
      expect((await service.logIn('user1', 'pwd1')).status).toBe(200);
    });
  });

  it('stay as an operator left them, whatever a start says', async () => {
    const status = async (service: Harness, username: string, password: string) =>
      (await service.logIn(username, password)).status;
    await serving(true, async ({ context }) => {
      await operateAccount({ ...context, ...RESETS }, { act: 'disable', user: 'user1' });
    });
    await serving(true, async (service) => {
      expect(await status(service, 'user1', 'pwd1')).toBe(403);
    });
    await serving(false, async (service) => {
      expect(await status(service, 'user2', 'pwd2')).toBe(403);
      await operateAccount({ ...service.context, ...RESETS }, { act: 'enable', user: 'user2' });
      await operateAccount({ ...service.context, ...RESETS }, { act: 'disable', user: 'user3' });
    });
    for (const on of [false, true]) {
      await serving(on, async (service) => {
        expect(await status(service, 'user2', 'pwd2')).toBe(200);
        for (const n of [1, 3]) expect(await status(service, `user${n}`, `pwd${n}`)).toBe(403);
        expect(await status(service, 'user4', 'pwd4')).toBe(on ? 200 : 403);
      });
    }
  });

  it('can be taken for nobody who registers later', () =>
    serving(true, async (service) => {
      const answer = await service.call('POST', '/register', {
        username: 'us\u0435r1',
        password: 'correct horse battery',
      });
      expect(answer.error?.code).toBe('username_confusable');
    }));

  it('do not exist elsewhere', () =>
    serving(false, async (service) => {
      expect((await service.logIn('user1', 'pwd1')).status).toBe(401);
    }));

  it('leave a user alone who has such a name', async () => {
    let userId = '';
    await serving(false, async (service) => {
      userId = (await service.registered('user3')).user_id;
    });
    await serving(true, async (service) => {
      const own = await service.logIn('user3', 'correct horse battery');
      expect((own.json as SessionResponse).user_id).toBe(userId);
      expect((await service.logIn('user3', 'pwd3')).status).toBe(401);
    });
  });
});
