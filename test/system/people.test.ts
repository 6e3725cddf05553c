/** Finding people by the beginning of their name. */
import { describeSystem } from '../testing/system-target';
import { call, SystemUsers } from '../testing/system-users';

describeSystem('people', (target) => {
  const users = new SystemUsers(target);
  afterEach(() => users.closeAll());

  it('are found as one types, by who is logged in alone, and show their name and no more', async () => {
    const [alice, bob] = await users.registerMany(2);
    const client = await users.client(alice!);
    const typed = bob!.username.slice(0, -2).toUpperCase();
    expect(await client.searchUsers(typed)).toEqual([{ user_id: bob!.id, username: bob!.username }]);
    expect((await client.searchUsers('t-', 1)).length).toBe(1);
    expect(await client.searchUsers(alice!.username)).toEqual([]);
    const stranger = await call('GET', `${target.authentication}/directory?prefix=${bob!.username}`);
    expect([stranger.status, stranger.body.error.code]).toEqual([401, 'unauthenticated']);
  });
});
