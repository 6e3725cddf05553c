import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { LIMITS, readEnvelope, userChannel, type ConversationResponse, type InboxPage } from '@chat-app/protocol';
import {
  ask,
  contextOn,
  delivered,
  directMessage,
  groupMessage,
  listen,
  openDatabase,
  storeAll,
} from '../../testing/embedded-context';
import { internalRoutes, publicRoutes } from '../routes';

/** An envelope and the frame in it. */
function read(text: string) {
  const result = readEnvelope(Buffer.from(text));
  if (!result.ok) throw new Error(result.reason);
  const { envelope, frame } = result;
  return { envelope, frame: frame && (JSON.parse(Buffer.from(frame).toString()) as Record<string, unknown>) };
}

const MEMBER = '/conversations/{conversation_id}/members/{user_id}';

describe('changing the members of a group', () => {
  let database: Database;
  let routes: readonly Route[];
  const fanout = createEmbeddedFanout();
  const stranger = randomUUID();
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database, fanout, [stranger]);
    routes = [...publicRoutes(context), ...internalRoutes(context)];
  }, 60_000);
  afterAll(async () => {
    await fanout.close();
    await database.close();
  });

  const create = async (caller: string, ...member_ids: string[]) => {
    const body = { title: 'group', member_ids };
    return (await ask<ConversationResponse>(routes, 'POST /conversations', { caller, body })).body.conversation_id;
  };
  const put = (caller: string, conversation_id: string, user_id: string, role?: string) =>
    ask(routes, `PUT ${MEMBER}`, { caller, params: { conversation_id, user_id }, body: role ? { role } : {} });
  const remove = (caller: string, conversation_id: string, user_id: string) =>
    ask(routes, `DELETE ${MEMBER}`, { caller, params: { conversation_id, user_id } });
  const members = async (caller: string, conversation_id: string) => {
    const route = 'GET /conversations/{conversation_id}/members';
    const { body } = await ask<{ members: { user_id: string; role: string }[] }>(routes, route, {
      caller,
      params: { conversation_id },
    });
    return Object.fromEntries(body.members.map(({ user_id, role }) => [user_id, role]));
  };
  const inbox = async (user_id: string) =>
    (await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id, after: 0 } })).body.entries;

  it('makes the caller of a new group its owner, and tells everyone on their channel and in their inbox', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const received = await listen(fanout, [userChannel(ann), userChannel(bob)]);
    const group = await create(ann, bob, bob, ann);
    await delivered();
    expect(await members(bob, group)).toEqual({ [ann]: 'owner', [bob]: 'member' });
    for (const user of [ann, bob]) {
      expect(await inbox(user)).toMatchObject([{ kind: 'joined', seq: 1, conversation_id: group }]);
      const [event, stored] = received
        .filter(({ channel }) => channel === userChannel(user))
        .map(({ text }) => read(text));
      expect(event!.envelope).toMatchObject({
        kind: 'event',
        event_kind: 'joined',
        conversation_id: group,
        actor_id: ann,
      });
      expect(event!.frame).toMatchObject({ type: 'joined', conversation_id: group, user_id: user, actor_id: ann });
      expect(stored!.envelope).toMatchObject({
        kind: 'stored',
        event_ids: [event!.frame!['event_id']],
        positions: { [user]: [1] },
      });
    }
  });

  it('refuses members that do not exist', async () => {
    const ann = randomUUID();
    await expect(create(ann, stranger)).rejects.toMatchObject({ code: 'unknown_user', status: 404 });
    const group = await create(ann);
    await expect(put(ann, group, stranger)).rejects.toMatchObject({ code: 'unknown_user' });
    expect(await members(ann, group)).toEqual({ [ann]: 'owner' });
  });

  it('lets owners add members, who may send and see history from then on, with nothing unread', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const group = await create(ann);
    await storeAll(database, [groupMessage(ann, group, 'before')]);
    await put(ann, group, bob);
    await put(ann, group, bob);
    expect(await members(bob, group)).toEqual({ [ann]: 'owner', [bob]: 'member' });
    await storeAll(database, [groupMessage(bob, group, 'after')]);
    expect((await inbox(bob)).map(({ kind }) => kind)).toEqual(['joined', 'message']);
    const { body } = await ask<ConversationResponse>(routes, 'GET /conversations/{conversation_id}', {
      caller: bob,
      params: { conversation_id: group },
    });
    expect(body.unread_count).toBe(0);
  });

  it('lets nobody but owners change a group, and tells others nothing of it', async () => {
    const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    const group = await create(ann, bob);
    await expect(put(bob, group, eve)).rejects.toMatchObject({ code: 'forbidden', status: 403 });
    await expect(remove(bob, group, ann)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(put(eve, group, eve)).rejects.toMatchObject({ code: 'unknown_conversation', status: 404 });
    await expect(remove(eve, group, bob)).rejects.toMatchObject({ code: 'unknown_conversation' });
    await expect(remove(eve, group, eve)).rejects.toMatchObject({ code: 'unknown_conversation' });
    const rename = (caller: string) =>
      ask(routes, 'PATCH /conversations/{conversation_id}', {
        caller,
        params: { conversation_id: group },
        body: { title: ' new ' },
      });
    await expect(rename(bob)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(rename(eve)).rejects.toMatchObject({ code: 'unknown_conversation' });
    expect((await rename(ann)).body).toMatchObject({ title: 'new' });
  });

  it('ends access with the membership: no history, no list, no new messages', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const group = await create(ann, bob);
    await storeAll(database, [groupMessage(ann, group)]);
    await remove(ann, group, bob);
    await storeAll(database, [groupMessage(ann, group)]);
    expect((await inbox(bob)).map(({ kind }) => kind)).toEqual(['joined', 'message', 'left']);
    const params = { conversation_id: group };
    for (const route of ['GET /conversations/{conversation_id}', 'GET /conversations/{conversation_id}/messages']) {
      await expect(ask(routes, route, { caller: bob, params })).rejects.toMatchObject({ code: 'unknown_conversation' });
    }
    const list = await ask<{ conversations: [] }>(routes, 'GET /conversations', { caller: bob });
    expect(list.body.conversations).toEqual([]);
    const check = ask(routes, 'GET /internal/conversations/{conversation_id}/members/{user_id}', {
      params: { conversation_id: group, user_id: bob },
    });
    await expect(check).rejects.toMatchObject({ code: 'unknown_conversation', status: 404 });
  });

  it('keeps an owner in a group that has members', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const group = await create(ann, bob);
    await expect(remove(ann, group, ann)).rejects.toMatchObject({ code: 'last_owner', status: 409 });
    await expect(put(ann, group, ann, 'member')).rejects.toMatchObject({ code: 'last_owner' });
    await put(ann, group, bob, 'owner');
    await remove(ann, group, ann);
    expect(await members(bob, group)).toEqual({ [bob]: 'owner' });
    expect((await remove(bob, group, bob)).status).toBe(204);
    expect((await inbox(bob)).at(-1)).toMatchObject({ kind: 'left' });
  });

  it('does not remove who is no member', async () => {
    const ann = randomUUID();
    const group = await create(ann);
    await expect(remove(ann, group, randomUUID())).rejects.toMatchObject({ code: 'unknown_user' });
  });

  it('keeps direct conversations as they are', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const [message] = [directMessage(ann, bob)];
    await storeAll(database, [message]);
    const { conversation_id } = message;
    await expect(put(ann, conversation_id, randomUUID())).rejects.toMatchObject({ code: 'forbidden' });
    await expect(remove(ann, conversation_id, ann)).rejects.toMatchObject({ code: 'forbidden' });
    const { body } = await ask(routes, 'GET /internal/conversations/{conversation_id}/members/{user_id}', {
      params: { conversation_id, user_id: ann },
    });
    expect(body).toEqual({ conversation_id, kind: 'direct', recipient_id: bob });
  });

  it('holds a group at its bound', async () => {
    const ann = randomUUID();
    const group = await create(ann, ...Array.from({ length: LIMITS.groupMembers - 1 }, () => randomUUID()));
    await expect(put(ann, group, randomUUID())).rejects.toMatchObject({ code: 'group_full', status: 409 });
    await storeAll(database, [groupMessage(ann, group)]);
    expect((await inbox(ann)).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});
