/** Who left a group is asked before they are in it again, whatever the operator's policy for strangers. */
import { describeSystem } from '../testing/system-target';
import { SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('invitations', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;
  let bob: TestUser;
  let group: string;

  const put = async () => {
    const answer = await users.api(alice, 'PUT', `/conversations/${group}/members/${bob.id}`, {});
    return [answer.status, answer.body.error?.code];
  };
  const answer = (word: 'accept' | 'decline') => users.api(bob, 'POST', `/invitations/${group}/${word}`);
  const leave = (query = '') => users.api(bob, 'DELETE', `/conversations/${group}/members/${bob.id}${query}`);

  beforeEach(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
    group = await users.createGroup(alice, [bob], 'the group');
    // Where the operator asks strangers, he is asked now.
    await answer('accept');
    expect((await leave()).status).toBe(204);
  });
  afterEach(() => users.closeAll());

  it('keep everything of a group from who has not accepted, on any pod', async () => {
    const owner = await users.connect(alice);
    const [phone, desk] = [await users.connect(bob, { pod: 1 }), await users.connect(bob, { deviceId: 'desk' })];
    expect(await put()).toEqual([202, undefined]);
    for (const device of [phone, desk]) {
      const asked = { conversation_id: group, user_id: bob.id, actor_id: alice.id, title: 'the group', role: 'member' };
      expect(await device.next('invited')).toMatchObject(asked);
    }
    const kept = await owner.ask({ conversation_id: group, content: 'among us' });
    await owner.seqOf(kept['message_id']);
    expect(await phone.ask({ conversation_id: group, content: 'let me in' })).toMatchObject({
      type: 'rejected',
      code: 'unknown_conversation',
    });
    const { invited } = (await users.api(alice, 'GET', `/conversations/${group}/members`)).body as unknown as {
      invited: { user_id: string }[];
    };
    expect(invited.map(({ user_id }) => user_id)).toEqual([bob.id]);
    expect((await answer('accept')).status).toBe(200);
    await phone.next('joined');
    const { message_id } = await owner.ask({ conversation_id: group, content: 'welcome' });
    expect(await phone.next('message')).toMatchObject({ message_id, content: 'welcome' });
    expect(phone.copiesOf(kept['message_id'])).toEqual([]);
    expect((await users.api(bob, 'GET', '/invitations')).body).toEqual({ invitations: [] });
  });

  it('are over on all devices once declined, and made no more', async () => {
    const desk = await users.connect(bob, { pod: 1 });
    expect(await put()).toEqual([202, undefined]);
    expect((await answer('decline')).status).toBe(204);
    expect(await desk.next('uninvited')).toMatchObject({ conversation_id: group, user_id: bob.id });
    expect(await put()).toEqual([409, 'declined']);
    expect((await answer('decline')).body.error.code).toBe('unknown_invitation');
  });

  it('are not made to who left for good or blocks the owner, and both are told alike', async () => {
    expect((await users.api(bob, 'PUT', `/blocks/${alice.id}`)).status).toBe(204);
    const blocked = await put();
    await users.api(bob, 'DELETE', `/blocks/${alice.id}`);
    expect(await put()).toEqual([202, undefined]);
    expect((await answer('accept')).status).toBe(200);
    expect((await leave('?for_good=true')).status).toBe(204);
    expect(await put()).toEqual([409, 'declined']);
    expect(blocked).toEqual([409, 'declined']);
  });

  it('are over once an owner withdraws them, and may be made again', async () => {
    const phone = await users.connect(bob, { pod: 1 });
    expect(await put()).toEqual([202, undefined]);
    await phone.next('invited');
    const withdrawn = await users.api(alice, 'DELETE', `/conversations/${group}/members/${bob.id}`);
    expect(withdrawn.status).toBe(204);
    expect(await phone.next('uninvited')).toMatchObject({ conversation_id: group, user_id: bob.id });
    expect((await answer('accept')).body.error.code).toBe('unknown_invitation');
    expect(await put()).toEqual([202, undefined]);
    expect(await phone.next('invited')).toMatchObject({ conversation_id: group });
  });

  it('are over on all devices once the user blocks who made them', async () => {
    const desk = await users.connect(bob, { pod: 1 });
    expect(await put()).toEqual([202, undefined]);
    await desk.next('invited');
    expect((await users.api(bob, 'PUT', `/blocks/${alice.id}`)).status).toBe(204);
    expect(await desk.next('uninvited')).toMatchObject({ conversation_id: group, user_id: bob.id });
    expect((await users.api(bob, 'GET', '/invitations')).body).toEqual({ invitations: [] });
    expect((await answer('accept')).body.error.code).toBe('unknown_invitation');
  });

  it('are told to the client, which answers them', async () => {
    const client = await users.client(bob);
    const asked = new Promise((resolve) =>
      client.on('invitation', (event) => event.change === 'invited' && resolve(event)),
    );
    await put();
    expect(await asked).toMatchObject({ conversation_id: group, title: 'the group', actor_id: alice.id });
    expect(await client.invitations.list()).toMatchObject([{ conversation_id: group, invited_by: alice.id }]);
    expect(await client.invitations.accept(group)).toMatchObject({ conversation_id: group, title: 'the group' });
    await expect(client.invitations.decline(group)).rejects.toMatchObject({ code: 'unknown_invitation' });
  });
});
