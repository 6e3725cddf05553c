import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createEmbeddedBus, createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Route } from '@chat-app/platform';
import {
  COMMANDS,
  conversationChannel,
  LIMITS,
  MESSAGE_HEADERS,
  readEnvelope,
  userChannel,
  type AskChangeResponse,
  type ChangedFrame,
  type ChatMessage,
  type ConversationResponse,
  type InboxPage,
  type StoredMessage,
} from '@chat-app/protocol';
import { recordOf, TestBatch } from '../../testing/batches';
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
import { insertGroup } from '../conversations/sql/create-group';
import { internalRoutes, publicRoutes } from '../routes';
import { MessageConsumer } from './message-consumer';

let database: Database;
let routes: readonly Route[];
beforeAll(async () => {
  database = await openDatabase();
  routes = [...internalRoutes(contextOn(database)), ...publicRoutes(contextOn(database))];
}, 60_000);
afterAll(() => database.close());

type Change = { type: 'react'; emoji: string; on: boolean } | { type: 'edit'; content: string } | { type: 'delete' };

/** Each change is accepted a millisecond after the one before: reactions stand in the order in which they were first made. */
let acceptedAt = 0;
function recordOfChange(of: ChatMessage, actor_id: string, change: Change, id: string = randomUUID()) {
  const { message_id, conversation_id, recipient_id, sender_id } = of;
  const other = recipient_id === undefined ? {} : { recipient_id: actor_id === sender_id ? recipient_id : sender_id };
  acceptedAt = Math.max(acceptedAt + 1, Date.now());
  const acceptance = { actor_id, conversation_id, ...other, at: new Date(acceptedAt).toISOString() };
  const frame = { ...change, id, message_id, conversation_id };
  const command = COMMANDS[frame.type];
  const value = (command.toRecord as (frame: object, acceptance: object) => { kind: string })(frame, acceptance);
  return recordOf(JSON.stringify(value), { key: conversation_id, headers: { [MESSAGE_HEADERS.kind]: value.kind } });
}
const react = (of: ChatMessage, by: string, emoji: string, on = true, id?: string) =>
  recordOfChange(of, by, { type: 'react', emoji, on }, id);

async function consume(...records: ReturnType<typeof recordOf>[]): Promise<TestBatch> {
  const batch = new TestBatch(records);
  await new MessageConsumer(contextOn(database)).handle(batch);
  return batch;
}
interface History {
  messages: StoredMessage[];
  more: boolean;
  version: number;
}
async function history({ conversation_id, sender_id }: ChatMessage, query = {}, caller = sender_id): Promise<History> {
  const route = 'GET /conversations/{conversation_id}/messages';
  return (await ask<History>(routes, route, { caller, params: { conversation_id }, query })).body;
}
async function inbox(user_id: string): Promise<Record<string, unknown>[]> {
  const { body } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id, after: 0 } });
  return body.entries.map((entry) => JSON.parse(entry.body) as Record<string, unknown>);
}
async function groupOf(...members: string[]): Promise<string> {
  const id = randomUUID();
  const [ownerId = '', ...memberIds] = members;
  await insertGroup(database, { id, title: 'group', data: undefined, ownerId, memberIds });
  return id;
}
async function stored(content = 'hello'): Promise<ChatMessage & { recipient_id: string }> {
  const message = { ...directMessage(randomUUID(), randomUUID(), content) };
  await storeAll(database, [message]);
  return message as ChatMessage & { recipient_id: string };
}
const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];

describe('a reaction', () => {
  it('is a state of its message: no entry, nothing unread, the last message what it was', async () => {
    const message = await stored();
    const { sender_id, recipient_id, message_id } = message;
    const route = 'GET /conversations';
    const list = (caller: string) => ask<{ conversations: ConversationResponse[] }>(routes, route, { caller });
    const before = (await list(sender_id)).body.conversations[0];
    await consume(react(message, recipient_id, '👍'), react(message, sender_id, '👍'), react(message, sender_id, '🎉'));
    const reactions = {
      '👍': { count: 2, user_ids: [sender_id, recipient_id] },
      '🎉': { count: 1, user_ids: [sender_id] },
    };
    const { messages, version } = await history(message);
    expect(messages).toEqual([expect.objectContaining({ message_id, reactions, version })]);
    expect(Object.keys(messages[0]?.reactions ?? {})).toEqual(['👍', '🎉']);
    for (const user of [sender_id, recipient_id]) {
      expect(await inbox(user)).toMatchObject([{ type: 'message', seq: 1, message_id, version }]);
    }
    const after = (await list(sender_id)).body.conversations[0];
    expect(after).toEqual({ ...before, last_message: { ...before?.last_message, reactions, version } });
  });

  it('happens once, however often it comes, and what was taken back stays away', async () => {
    const message = await stored();
    const on = react(message, message.recipient_id, '👍', true, 'one');
    await consume(on, on);
    await consume(react(message, message.recipient_id, '👍', false));
    const { version } = await history(message);
    const { forwarded } = await consume(on);
    expect(forwarded).toEqual([]);
    const again = await history(message);
    expect(again.messages[0]).not.toHaveProperty('reactions');
    expect(again.version).toBe(version);
  });

  it('of somebody who is no member is not stored', async () => {
    const message = groupMessage(ann, await groupOf(ann, bob));
    await storeAll(database, [message]);
    const { forwarded } = await consume(react(message, eve, '👍'));
    expect(forwarded).toHaveLength(1);
    expect((await history(message)).messages[0]).not.toHaveProperty('reactions');
  });

  it('goes with its message, and none comes to it afterwards', async () => {
    const message = await stored();
    await consume(react(message, message.recipient_id, '👍'));
    await consume(recordOfChange(message, message.sender_id, { type: 'delete' }), react(message, ann, '🎉'));
    await consume(react(message, message.recipient_id, '🎉'));
    const [gone] = (await history(message)).messages;
    expect(gone).toMatchObject({ content: '', deleted_by: message.sender_id });
    expect(gone).not.toHaveProperty('reactions');
    const text = 'select count(*)::integer as rows from chat.reactions where message_id = $1';
    expect(await database.query({ name: 'rows', text }, [message.message_id])).toEqual([{ rows: 0 }]);
  });

  it('names the first fifty, counts all, and whoever is answered first where they are among them', async () => {
    const users = Array.from({ length: LIMITS.reactionUsers + 5 }, () => randomUUID());
    const message = groupMessage(users[0] ?? '', await groupOf(...users));
    await storeAll(database, [message]);
    await consume(...users.map((user) => react(message, user, '👍')));
    const last = users.at(-1) ?? '';
    const mine = (await history(message, {}, last)).messages[0]?.reactions?.['👍'];
    expect(mine).toMatchObject({ count: users.length });
    expect(mine?.user_ids).toHaveLength(LIMITS.reactionUsers);
    expect(mine?.user_ids[0]).toBe(last);
  });
});

describe('whether a user may react', () => {
  const may = async (of: ChatMessage, actor_id: string, emoji = '👍', on = true) => {
    const { conversation_id, message_id } = of;
    const body = { kind: 'reacted', actor_id, conversation_id, message_id, emoji, on };
    return (await ask<AskChangeResponse>(routes, 'POST /internal/changes', { body })).body.refused;
  };

  it('is so for every member, until the message is deleted', async () => {
    const message = groupMessage(ann, await groupOf(ann, bob));
    await storeAll(database, [message]);
    expect([await may(message, ann), await may(message, bob)]).toEqual([undefined, undefined]);
    expect(await may(message, eve)).toBe('unknown_message');
    await consume(recordOfChange(message, ann, { type: 'delete' }));
    expect(await may(message, bob)).toBe('unknown_message');
  }, 10_000);

  it('is so up to the bounds of user and message', async () => {
    const users = Array.from({ length: 4 }, () => randomUUID());
    const message = groupMessage(users[0] ?? '', await groupOf(...users));
    await storeAll(database, [message]);
    const mine = Array.from({ length: LIMITS.reactionsPerUser }, (_, n) => react(message, users[0] ?? '', `a${n}`));
    await consume(...mine);
    expect(await may(message, users[0] ?? '')).toBe('too_many_reactions');
    expect(await may(message, users[0] ?? '', 'a0')).toBeUndefined();
    expect(await may(message, users[1] ?? '')).toBeUndefined();
    const others = Array.from({ length: LIMITS.reactionsPerMessage - mine.length }, (_, n) =>
      react(message, users[1] ?? '', `b${n}`),
    );
    await consume(...others);
    expect(await may(message, users[2] ?? '', 'new')).toBe('too_many_reactions');
    expect(await may(message, users[2] ?? '', 'b0')).toBeUndefined();
    expect(await may(message, users[2] ?? '', 'new', false)).toBeUndefined();
  });
});

describe('versions', () => {
  it('come in the order of changes, edits and deletions too, and are read from any of them on', async () => {
    const group = await groupOf(ann, bob);
    const messages = Array.from({ length: 4 }, () => groupMessage(ann, group));
    const [one, two, three] = messages as [ChatMessage, ChatMessage, ChatMessage];
    await storeAll(database, messages);
    expect((await history(one)).version).toBe(0);
    await consume(react(two, bob, '👍'));
    await consume(recordOfChange(one, ann, { type: 'edit', content: 'other' }));
    await consume(recordOfChange(three, ann, { type: 'delete' }));
    const all = await history(one, { changed_after: 0 });
    expect(all.messages.map(({ message_id }) => message_id)).toEqual([two, one, three].map((m) => m.message_id));
    const versions = all.messages.map(({ version = 0 }) => version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(all).toMatchObject({ more: false, version: versions[2] });
    const first = await history(one, { changed_after: 0, limit: 2 });
    expect(first).toMatchObject({ more: true, version: versions[1] });
    const rest = await history(one, { changed_after: first.version, limit: 2 });
    expect(rest.messages.map(({ message_id }) => message_id)).toEqual([three.message_id]);
    expect(await history(one, { changed_after: versions[2] })).toEqual({
      messages: [],
      more: false,
      version: versions[2],
    });
    // A change of one that was changed before takes it to the end.
    await consume(react(two, bob, '👍', false));
    const again = await history(one, { changed_after: versions[2] });
    expect(again.messages).toMatchObject([{ message_id: two.message_id }]);
  });

  it('link each live state to the one before, on the channels of everyone in the conversation', async () => {
    const group = await groupOf(ann, bob);
    const [inGroup, direct] = [groupMessage(ann, group), await stored()];
    await storeAll(database, [inGroup]);
    const fanout = createEmbeddedFanout({ bus: createEmbeddedBus() });
    const users = [direct.sender_id, direct.recipient_id].map(userChannel);
    const received = await listen(fanout, [conversationChannel(group), ...users]);
    const consumer = new MessageConsumer({ ...contextOn(database), fanout });
    const edit = recordOfChange(inGroup, ann, { type: 'edit', content: 'other' });
    await consumer.handle(new TestBatch([edit, react(inGroup, bob, '👍'), react(direct, direct.recipient_id, '🎉')]));
    await consumer.handle(new TestBatch([react(inGroup, bob, '👍', false, 'back')]));
    await delivered();
    const told = received.flatMap(({ channel, text }) => {
      const read = readEnvelope(Buffer.from(text));
      if (!read.ok || read.envelope.kind !== 'state' || read.envelope.state_kind !== 'changed') return [];
      return [{ channel, frame: JSON.parse(Buffer.from(read.frame ?? []).toString()) as ChangedFrame }];
    });
    const ofGroup = told.filter(({ channel }) => channel === conversationChannel(group)).map(({ frame }) => frame);
    const { version = 0 } = (await history(inGroup)).messages[0] ?? {};
    // Both changes of one batch are one state.
    expect(ofGroup).toMatchObject([
      { previous: 0, message: { content: 'other', reactions: { '👍': { count: 1, user_ids: [bob] } } } },
      { previous: ofGroup[0]?.version, version, message: { content: 'other', version }, changes: [{ actor_id: bob }] },
    ]);
    expect(ofGroup[0]?.changes?.map(({ actor_id }) => actor_id)).toEqual([ann, bob]);
    const ofUsers = told.filter(({ channel }) => channel !== conversationChannel(group));
    expect(ofUsers.map(({ channel }) => channel).sort()).toEqual([...users].sort());
    expect(ofUsers[0]?.frame).toEqual(ofUsers[1]?.frame);
    await fanout.close();
  });
});
