/** Who is there is told to those who share a conversation with them, across pods. */
import type { Frame } from '../testing/raw-socket';
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

interface State {
  user_id: string;
  state: string;
}

interface Seen extends State {
  last_seen_at?: string;
}

describeSystem('presence', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let carol: TestUser;

  beforeEach(async () => {
    [alice, bob, carol] = (await users.registerMany(3)) as [TestUser, TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  const statesIn = (frame: Frame): State[] => frame['users'] as State[];
  const tells = (user: TestUser, state: string) => (frame: Frame) =>
    statesIn(frame).some((each) => each.user_id === user.id && each.state === state);

  it('is told as it is, and when somebody comes to another pod and goes', async () => {
    await users.createGroup(alice, [bob]);
    const hers = await users.connect(alice);
    expect(hers.welcome['features']).toContain('presence');
    hers.send({ type: 'watch', user_ids: [bob.id] });
    expect(statesIn(await hers.next('presence'))).toEqual([{ user_id: bob.id, state: 'offline' }]);
    const his = await users.connect(bob, { pod: 1 });
    await hers.next('presence', tells(bob, 'online'));
    const tablet = await users.connect(bob, { deviceId: 'tablet' });
    await his.close();
    await tablet.close();
    const began = performance.now();
    await hers.next('presence', tells(bob, 'offline'));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(hers.ofType('presence')).toHaveLength(3);
  });

  it('of who is away says when they were here last, until either of the two hides it', async () => {
    await users.createGroup(alice, [bob]);
    const his = await users.connect(bob, { pod: 1 });
    const hers = await users.connect(alice);
    expect(hers.welcome['features']).toContain('last_seen');
    const watch = async () => {
      hers.send({ type: 'watch', user_ids: [bob.id] });
      return (await hers.next('presence', tells(bob, 'offline'))) as Frame & { users: Seen[] };
    };
    hers.send({ type: 'watch', user_ids: [bob.id] });
    await hers.next('presence', tells(bob, 'online'));
    const leftAt = Date.now();
    await his.close();
    const told = (await hers.next('presence', tells(bob, 'offline'))) as Frame & { users: Seen[] };
    // By the clocks of two machines, where the target is another.
    expect(Math.abs(Date.parse(told.users[0]?.last_seen_at ?? '') - leftAt)).toBeLessThan(60_000);
    const setting = (user: TestUser, last_seen: string) => users.api(user, 'PATCH', '/settings', { last_seen });
    expect((await setting(alice, 'off')).body).toEqual({ last_seen: 'off' });
    expect((await watch()).users).toEqual([{ user_id: bob.id, state: 'offline' }]);
    await setting(alice, 'on');
    expect((await watch()).users[0]).toHaveProperty('last_seen_at');
    // Who hides it hides it from the next time on that they go.
    expect((await setting(bob, 'off')).status).toBe(200);
    expect((await users.api(bob, 'GET', '/settings')).body).toEqual({ last_seen: 'off' });
    const again = await users.connect(bob, { pod: 1 });
    await hers.next('presence', tells(bob, 'online'));
    await again.close();
    const hidden = (await hers.next('presence', tells(bob, 'offline'))) as Frame & { users: Seen[] };
    expect(hidden.users).toEqual([{ user_id: bob.id, state: 'offline' }]);
  });

  it('of strangers is not told, whether they are there or not', async () => {
    await users.createGroup(alice, [bob]);
    await users.connect(bob);
    const stranger = await users.connect(carol, { pod: 1 });
    stranger.send({ type: 'watch', user_ids: [alice.id, bob.id] });
    const hers = await users.connect(alice, { pod: 1 });
    hers.send({ type: 'watch', user_ids: [carol.id, bob.id, '00000000-0000-4000-8000-0000000000ff'] });
    await hers.next('presence', tells(bob, 'online'));
    expect(hers.ofType('presence').flatMap(statesIn)).toEqual([{ user_id: bob.id, state: 'online' }]);
    expect(stranger.ofType('presence')).toEqual([]);
  });
});
