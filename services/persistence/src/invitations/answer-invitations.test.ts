import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Route } from '@chat-app/platform';
import { conversationChannel, LIMITS, userChannel, type InboxPage } from '@chat-app/protocol';
import {
  ask,
  contextOn,
  delivered,
  directMessage,
  groupMessage,
  listen,
  openDatabase,
  SETTINGS,
  storeAll,
} from '../../testing/embedded-context';
import type { PersistenceSettings } from '../configuration';
import { internalRoutes, publicRoutes } from '../routes';

interface Invited {
  user_id: string;
  invited_by: string;
}

describe('an invitation', () => {
  const fanout = createEmbeddedFanout();
  let database: Database;
  const servedBy = (settings: Partial<PersistenceSettings>): readonly Route[] => {
    const context = contextOn(database, fanout, [], { ...SETTINGS, ...settings });
    return [...internalRoutes(context), ...publicRoutes(context)];
  };
  let routes: readonly Route[];
  let ann: string;
  let bob: string;
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  beforeEach(() => {
    [ann, bob] = [randomUUID(), randomUUID()];
    routes = servedBy({ invitations: 'ask_strangers' });
  });
  afterAll(() => database.close());

  const create = async (caller: string, member_ids: string[], on = routes) => {
    const body = { title: 'the group', member_ids };
    const answer = await ask<{ conversation_id: string; invited_ids?: string[] }>(on, 'POST /conversations', {
      caller,
      body,
    });
    return answer.body;
  };
  const at = (conversation_id: string, user_id: string) => ({ params: { conversation_id, user_id } });
  const MEMBER = '/conversations/{conversation_id}/members/{user_id}';
  const put = async (caller: string, group: string, user: string, role = 'member') =>
    (await ask(routes, `PUT ${MEMBER}`, { caller, ...at(group, user), body: { role } })).status;
  const remove = (caller: string, group: string, user: string, query = {}) =>
    ask(routes, `DELETE ${MEMBER}`, { caller, ...at(group, user), query });
  const accept = (caller: string, conversation_id: string) =>
    ask(routes, 'POST /invitations/{conversation_id}/accept', { caller, params: { conversation_id } });
  const decline = (caller: string, conversation_id: string) =>
    ask(routes, 'POST /invitations/{conversation_id}/decline', { caller, params: { conversation_id } });
  const invitationsOf = async (caller: string) =>
    (await ask<{ invitations: { conversation_id: string }[] }>(routes, 'GET /invitations', { caller })).body
      .invitations;
  const membersOf = async (caller: string, conversation_id: string) =>
    (
      await ask<{ members: { user_id: string; role: string }[]; invited?: Invited[] }>(
        routes,
        'GET /conversations/{conversation_id}/members',
        { caller, params: { conversation_id } },
      )
    ).body;
  const entriesOf = async (user_id: string) => {
    const { body } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id, after: 0 } });
    return body.entries.map((entry) => JSON.parse(entry.body) as Record<string, unknown>);
  };
  const kindsOf = async (user: string) => (await entriesOf(user)).map(({ type }) => type);

  it('waits for a stranger, whom nothing of the group reaches until they accept', async () => {
    const { conversation_id: group, invited_ids } = await create(ann, [bob]);
    expect(invited_ids).toEqual([bob]);
    expect((await membersOf(ann, group)).members.map(({ user_id }) => user_id)).toEqual([ann]);
    expect((await membersOf(ann, group)).invited).toMatchObject([{ user_id: bob, role: 'member', invited_by: ann }]);
    await storeAll(database, [groupMessage(ann, group)]);
    expect(await entriesOf(bob)).toMatchObject([
      {
        type: 'invited',
        seq: 1,
        conversation_id: group,
        user_id: bob,
        actor_id: ann,
        title: 'the group',
        role: 'member',
      },
    ]);
    await expect(membersOf(bob, group)).rejects.toMatchObject({ code: 'unknown_conversation' });
    expect(await invitationsOf(bob)).toMatchObject([
      { conversation_id: group, title: 'the group', role: 'member', invited_by: ann, members: 1 },
    ]);
    expect((await accept(bob, group)).body).toMatchObject({ conversation_id: group, role: 'member', unread_count: 0 });
    await storeAll(database, [groupMessage(ann, group)]);
    expect(await kindsOf(bob)).toEqual(['invited', 'joined', 'message']);
    expect(await invitationsOf(bob)).toEqual([]);
    expect((await membersOf(ann, group)).invited).toBeUndefined();
  });

  it('is told on the channel of its user alone', async () => {
    const received = await listen(fanout, [userChannel(ann), userChannel(bob)]);
    const { conversation_id: group } = await create(ann, [bob]);
    await fanout.subscribe([conversationChannel(group)]);
    await decline(bob, group);
    await delivered();
    const about = received.filter(({ text }) => /"event_kind":"(un)?invited"/.test(text));
    expect(about.map(({ channel }) => channel)).toEqual([userChannel(bob), userChannel(bob)]);
  });

  it('is not needed by who wrote to the inviter, but by who was only written to', async () => {
    const carl = randomUUID();
    await storeAll(database, [directMessage(bob, ann), directMessage(ann, carl)]);
    expect((await create(ann, [bob, carl])).invited_ids).toEqual([carl]);
    expect(await kindsOf(bob)).toEqual(['message', 'joined']);
    const { conversation_id: group } = await create(ann, []);
    expect([await put(ann, group, bob), await put(ann, group, carl)]).toEqual([204, 202]);
  });

  it.each([
    ['at_once', undefined],
    ['ask_everyone', 1],
  ] as const)('is as the operator says: %s', async (invitations, invited) => {
    await storeAll(database, [directMessage(bob, ann)]);
    const stranger = randomUUID();
    const group = await create(ann, [bob], servedBy({ invitations }));
    expect(group.invited_ids?.length).toBe(invited);
    expect((await create(ann, [stranger], servedBy({ invitations }))).invited_ids?.length).toBe(invited);
  });

  it('that is declined is over on all devices, and nobody may invite again, but for the user to accept', async () => {
    const { conversation_id: group } = await create(ann, [bob]);
    expect((await decline(bob, group)).status).toBe(204);
    expect(await kindsOf(bob)).toEqual(['invited', 'uninvited']);
    await expect(decline(bob, group)).rejects.toMatchObject({ code: 'unknown_invitation' });
    await expect(put(ann, group, bob)).rejects.toMatchObject({ code: 'declined' });
    expect((await membersOf(ann, group)).invited).toBeUndefined();
    expect((await accept(bob, group)).status).toBe(200);
    expect((await membersOf(ann, group)).members).toHaveLength(2);
  });

  it('that was declined is withdrawn by an owner too: then it opens no door for ever, and is not made again either', async () => {
    const { conversation_id: group } = await create(ann, [bob]);
    await decline(bob, group);
    expect((await remove(ann, group, bob)).status).toBe(204);
    await expect(accept(bob, group)).rejects.toMatchObject({ code: 'unknown_invitation' });
    await expect(put(ann, group, bob)).rejects.toMatchObject({ code: 'declined' });
    await expect(remove(ann, group, bob)).rejects.toMatchObject({ code: 'unknown_user' });
    expect(await kindsOf(bob)).toEqual(['invited', 'uninvited']);
  });

  it('is withdrawn by an owner', async () => {
    const { conversation_id: group } = await create(ann, [bob]);
    await remove(ann, group, bob);
    expect(await kindsOf(bob)).toEqual(['invited', 'uninvited']);
    await expect(accept(bob, group)).rejects.toMatchObject({ code: 'unknown_invitation' });
    expect(await put(ann, group, bob)).toBe(202);
  });

  it('that is made twice is one, in the role that was said last', async () => {
    const { conversation_id: group } = await create(ann, [bob]);
    expect([await put(ann, group, bob), await put(ann, group, bob, 'owner')]).toEqual([202, 202]);
    expect(await kindsOf(bob)).toEqual(['invited']);
    await accept(bob, group);
    expect((await membersOf(ann, group)).members).toContainEqual(
      expect.objectContaining({ user_id: bob, role: 'owner' }),
    );
  });

  it('is how one who left comes back, whatever the operator says, and not how one who left for good does', async () => {
    await storeAll(database, [directMessage(bob, ann)]);
    routes = servedBy({ invitations: 'at_once' });
    const { conversation_id: group } = await create(ann, [bob]);
    await remove(bob, group, bob);
    expect(await put(ann, group, bob)).toBe(202);
    await accept(bob, group);
    await remove(ann, group, bob);
    // An owner who removed somebody may put them back.
    expect(await put(ann, group, bob)).toBe(204);
    await remove(bob, group, bob, { for_good: 'true' });
    await expect(put(ann, group, bob)).rejects.toMatchObject({ code: 'declined' });
  });

  it('is not made by somebody whom the user blocks, who is told no more than of one who declined', async () => {
    const { conversation_id: group } = await create(ann, []);
    await ask(routes, 'PUT /blocks/{user_id}', { caller: bob, params: { user_id: ann } });
    const refused = { code: 'declined', message: `${bob} does not want to be in this group.` };
    await expect(put(ann, group, bob)).rejects.toMatchObject(refused);
    await expect(create(ann, [bob])).rejects.toMatchObject(refused);
    expect(await entriesOf(bob)).toMatchObject([{ type: 'blocked' }]);
    // The other way round nothing is in the way.
    const { conversation_id: his } = await create(bob, []);
    expect(await put(bob, his, ann)).toBe(202);
  });

  it('ends where one of the two blocks the other, on all devices, and no other does', async () => {
    const carol = randomUUID();
    const { conversation_id: hers } = await create(ann, [bob, carol]);
    const { conversation_id: his } = await create(bob, [ann]);
    await ask(routes, 'PUT /blocks/{user_id}', { caller: bob, params: { user_id: ann } });
    expect(await entriesOf(bob)).toMatchObject([
      { type: 'invited', conversation_id: hers },
      { type: 'joined', conversation_id: his },
      { type: 'blocked' },
      { type: 'uninvited', conversation_id: hers, user_id: bob, actor_id: bob },
    ]);
    expect((await entriesOf(ann)).at(-1)).toMatchObject({ type: 'uninvited', conversation_id: his, user_id: ann });
    expect([await invitationsOf(bob), await invitationsOf(ann)]).toEqual([[], []]);
    expect(await invitationsOf(carol)).toMatchObject([{ conversation_id: hers }]);
    await expect(accept(bob, hers)).rejects.toMatchObject({ code: 'unknown_invitation' });
    await ask(routes, 'DELETE /blocks/{user_id}', { caller: bob, params: { user_id: ann } });
    expect(await put(ann, hers, bob)).toBe(202);
  });

  it('is one of few that wait, from one inviter and from all', async () => {
    const fill = async (inviter: string | null, count: number) => {
      const text = `insert into chat.invitations (conversation_id, user_id, inviter_id, role)
        select gen_random_uuid(), $1::uuid, coalesce($2::uuid, gen_random_uuid()), 'member' from generate_series(1, $3::int)`;
      await database.query({ name: 'fill_invitations', text }, [bob, inviter, count]);
    };
    await fill(ann, LIMITS.invitationsOfOne);
    await expect(create(ann, [bob])).rejects.toMatchObject({ code: 'too_many_invitations' });
    const other = randomUUID();
    const { conversation_id: group } = await create(other, [bob]);
    await fill(null, LIMITS.invitations - LIMITS.invitationsOfOne - 1);
    await expect(create(randomUUID(), [bob])).rejects.toMatchObject({ code: 'too_many_invitations' });
    // One that is there already is no other.
    expect(await put(other, group, bob)).toBe(202);
  });

  it('counts as a member who may come, and finds the bounds again when it is accepted', async () => {
    routes = servedBy({ invitations: 'ask_strangers', maxMembers: 2, maxGroups: 1 });
    const { conversation_id: group } = await create(ann, [bob]);
    await expect(put(ann, group, randomUUID())).rejects.toMatchObject({ code: 'group_full' });
    await create(bob, []);
    await expect(accept(bob, group)).rejects.toMatchObject({ code: 'too_many_groups' });
    expect(await invitationsOf(bob)).toHaveLength(1);
  });

  it('is over with its group', async () => {
    const { conversation_id: group } = await create(ann, [bob]);
    await remove(ann, group, ann);
    expect(await kindsOf(bob)).toEqual(['invited', 'uninvited']);
    await expect(accept(bob, group)).rejects.toMatchObject({ code: 'unknown_invitation' });
  });
});
