import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import {
  COMMANDS,
  MESSAGE_HEADERS,
  type AskChangeResponse,
  type ChatMessage,
  type ConversationResponse,
  type InboxPage,
  type StoredMessage,
} from '@chat-app/protocol';
import { recordFor, recordOf, TestBatch } from '../../testing/batches';
import {
  ask,
  contextOn,
  directMessage,
  groupMessage,
  openDatabase,
  SETTINGS,
  storeAll,
} from '../../testing/embedded-context';
import { insertGroup } from '../conversations/sql/create-group';
import { internalRoutes, publicRoutes } from '../routes';
import { MessageConsumer } from './message-consumer';

let database: Database;
let routes: readonly Route[];
beforeAll(async () => {
  database = await openDatabase();
  routes = routesOn();
}, 60_000);
afterAll(() => database.close());

function routesOn(changeWithinMs?: number): readonly Route[] {
  const context = { ...contextOn(database), settings: { ...SETTINGS, changeWithinMs } };
  return [...internalRoutes(context), ...publicRoutes(context)];
}

const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
const AT = '2030-01-02T03:04:05.678Z';
const LATER = '2030-01-02T03:04:06.678Z';

function recordOfChange(type: 'edit' | 'delete', of: ChatMessage, actor_id: string, content: string, at: string) {
  const { message_id, conversation_id, recipient_id, sender_id } = of;
  const other = recipient_id === undefined ? {} : { recipient_id: actor_id === sender_id ? recipient_id : sender_id };
  const acceptance = { actor_id, conversation_id, ...other, at };
  const fields = { id: content, message_id, conversation_id };
  const value =
    type === 'edit'
      ? COMMANDS.edit.toRecord({ type, ...fields, content }, acceptance)
      : COMMANDS.delete.toRecord({ type, ...fields }, acceptance);
  return recordOf(JSON.stringify(value), { key: conversation_id, headers: { [MESSAGE_HEADERS.kind]: value.kind } });
}
const edit = (of: ChatMessage, content: string, { by = of.sender_id, at = AT } = {}) =>
  recordOfChange('edit', of, by, content, at);
const erase = (of: ChatMessage, { by = of.sender_id, at = LATER } = {}) => recordOfChange('delete', of, by, '', at);

async function consume(...records: ReturnType<typeof recordOf>[]): Promise<TestBatch> {
  const batch = new TestBatch(records);
  await new MessageConsumer(contextOn(database)).handle(batch);
  return batch;
}
async function history(of: ChatMessage, caller = of.sender_id): Promise<StoredMessage | undefined> {
  const params = { conversation_id: of.conversation_id };
  const route = 'GET /conversations/{conversation_id}/messages';
  const { body } = await ask<{ messages: StoredMessage[] }>(routes, route, { caller, params });
  return body.messages.find(({ message_id }) => message_id === of.message_id);
}
async function inbox(user_id: string): Promise<Record<string, unknown>[]> {
  const query = { user_id, after: 0 };
  const { body } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query });
  return body.entries.map((entry) => JSON.parse(entry.body) as Record<string, unknown>);
}
async function groupOf(...members: string[]): Promise<string> {
  const id = randomUUID();
  const [ownerId = '', ...memberIds] = members;
  await insertGroup(database, { id, title: 'group', data: undefined, ownerId, memberIds });
  return id;
}

describe('an edit', () => {
  it('is an entry of everyone, and what the message is from then on, though both come in one batch', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const message = { ...directMessage(one, other, 'helo'), data: { a: 1 } };
    const batch = await consume(edit(message, 'hello'), recordFor(message));
    expect(batch.forwarded).toEqual([]);
    expect(await history(message)).toMatchObject({ content: 'hello', edited_at: AT });
    expect(await history(message)).not.toHaveProperty('data');
    for (const user of [one, other]) {
      expect(await inbox(user)).toMatchObject([
        { type: 'message', seq: 1, content: 'hello', edited_at: AT },
        { type: 'edited', seq: 2, message_id: message.message_id, actor_id: one, content: 'hello', at: AT },
      ]);
    }
  });

  it('happens once, however often it comes', async () => {
    const message = directMessage(randomUUID(), randomUUID());
    await storeAll(database, [message]);
    await consume(edit(message, 'one'), edit(message, 'one'));
    await consume(edit(message, 'two', { at: LATER }), edit(message, 'one'));
    expect(await history(message)).toMatchObject({ content: 'two', edited_at: LATER });
    expect(await inbox(message.sender_id)).toHaveLength(3);
  });

  it('that was accepted earlier than the newest changes nothing, so that every copy comes to the same', async () => {
    const message = directMessage(randomUUID(), randomUUID());
    await storeAll(database, [message]);
    await consume(edit(message, 'new', { at: LATER }), edit(message, 'old', { at: AT }));
    expect(await history(message)).toMatchObject({ content: 'new', edited_at: LATER });
    const told = (await inbox(message.sender_id)).slice(1);
    expect(told).toMatchObject([{ content: 'new' }, { content: 'new', at: AT, edited_at: LATER }]);
  });

  it('by anyone but the sender is not stored, and told to nobody', async () => {
    const group = await groupOf(ann, bob, eve);
    const message = groupMessage(bob, group, 'mine');
    await storeAll(database, [message]);
    const before = await inbox(eve);
    const forged = await consume(edit(message, 'forged', { by: eve }), edit(message, 'forged', { by: ann }));
    expect(forged.forwarded.map(({ topic, headers }) => [topic, headers['error-code']])).toEqual([
      ['dead-messages', 'forbidden'],
      ['dead-messages', 'forbidden'],
    ]);
    expect(await history(message)).toMatchObject({ content: 'mine' });
    expect(await inbox(eve)).toEqual(before);
  });

  it('of a message of another conversation is tried again, and dead-lettered in the end', async () => {
    const message = directMessage(randomUUID(), randomUUID());
    await storeAll(database, [message]);
    const elsewhere = { ...message, conversation_id: await groupOf(message.sender_id), recipient_id: undefined };
    const record = edit(elsewhere, 'x');
    expect((await consume(record)).forwarded).toMatchObject([{ topic: 'messages', headers: { 'retry-count': '1' } }]);
    const last = { ...record, headers: { ...record.headers, 'retry-count': '3' } };
    expect((await consume(last)).forwarded).toMatchObject([
      { topic: 'dead-messages', headers: { 'error-code': 'unknown_message' } },
    ]);
    expect(await history(message)).toMatchObject({ content: 'hello' });
  });
});

describe('a deletion', () => {
  it('takes the content away wherever it is read later: message, edits, history and list', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const message = { ...directMessage(one, other, 'secret'), data: { secret: 1 }, hue: 'secret' };
    await consume(recordFor(message), edit(message, 'secret too'), erase(message));
    const deleted = { deleted_at: LATER, deleted_by: one };
    expect(await inbox(other)).toMatchObject([
      { type: 'message', content: '', ...deleted },
      { type: 'edited', content: '', ...deleted },
      { type: 'deleted', message_id: message.message_id, actor_id: one, at: LATER },
    ]);
    expect(await history(message, other)).toMatchObject({ content: '', ...deleted });
    const { body } = await ask<{ conversations: ConversationResponse[] }>(routes, 'GET /conversations', {
      caller: other,
    });
    expect(body.conversations).toMatchObject([{ unread_count: 0, last_message: { content: '', ...deleted } }]);
    const tables =
      'select (select jsonb_agg(m) from chat.messages m)::text || (select jsonb_agg(e) from chat.events e)::text';
    const [row] = await database.query<{ stored: string }>({ name: 'stored', text: `${tables} as stored` }, []);
    expect(row!.stored).not.toContain('secret');
  });

  it('is final: no edit brings anything back, and it happens once, whoever asks', async () => {
    const group = await groupOf(ann, bob);
    const message = groupMessage(bob, group, 'mine');
    await consume(recordFor(message), erase(message), edit(message, 'back', { at: '2030-01-03T00:00:00.000Z' }));
    await consume(erase(message, { by: ann }));
    expect(await history(message)).toMatchObject({ content: '', deleted_by: bob });
    expect(
      (await inbox(ann)).filter(({ type, message_id }) => type === 'deleted' && message_id === message.message_id),
    ).toHaveLength(1);
  });

  it('of somebody else’s message is for owners of the group alone', async () => {
    const group = await groupOf(ann, bob, eve);
    const message = groupMessage(bob, group, 'mine');
    await storeAll(database, [message]);
    expect((await consume(erase(message, { by: eve }))).forwarded).toMatchObject([
      { topic: 'dead-messages', headers: { 'error-code': 'forbidden' } },
    ]);
    expect(await history(message)).toMatchObject({ content: 'mine' });
    await consume(erase(message, { by: ann }));
    expect(await history(message)).toMatchObject({ content: '', deleted_by: ann });
  });
});

describe('asking whether a message may be changed', () => {
  const may = async (kind: 'edited' | 'deleted', of: ChatMessage, actor_id: string, asked = routes) => {
    const { message_id, conversation_id } = of;
    const body = { kind, actor_id, message_id, conversation_id };
    return (await ask<AskChangeResponse>(asked, 'POST /internal/changes', { body })).body.refused ?? 'allowed';
  };

  it('is answered as the store judges', async () => {
    const group = await groupOf(ann, bob, eve);
    const message = groupMessage(bob, group, 'mine');
    await storeAll(database, [message]);
    const [owner, sender, other] = [ann, bob, eve];
    expect([await may('edited', message, owner), await may('deleted', message, owner)]).toEqual([
      'forbidden',
      'allowed',
    ]);
    expect([await may('edited', message, sender), await may('deleted', message, sender)]).toEqual([
      'allowed',
      'allowed',
    ]);
    expect([await may('edited', message, other), await may('deleted', message, other)]).toEqual([
      'forbidden',
      'forbidden',
    ]);
    expect(await may('edited', message, randomUUID())).toBe('unknown_message');
    await consume(erase(message));
    expect([await may('edited', message, sender), await may('deleted', message, sender)]).toEqual([
      'unknown_message',
      'allowed',
    ]);
  });

  it('waits for a message that is about to be stored', async () => {
    const message = directMessage(randomUUID(), randomUUID());
    const asked = may('edited', message, message.sender_id);
    await storeAll(database, [message]);
    expect(await asked).toBe('allowed');
  });

  it('waits for two messages of a user at most, in a few looks; another is to be asked about again, and others wait too', async () => {
    const query = jest.spyOn(database, 'query');
    const actor = randomUUID();
    const madeUp = () => may('edited', directMessage(actor, randomUUID()), actor);
    const two = [madeUp(), madeUp()];
    const late = directMessage(ann, bob);
    const others = may('edited', late, ann);
    await expect(madeUp()).rejects.toMatchObject({ code: 'rate_limited', retryable: true });
    await storeAll(database, [late]);
    expect(await others).toBe('allowed');
    expect(await Promise.all(two)).toEqual(['unknown_message', 'unknown_message']);
    const looks = query.mock.calls.filter(([{ name }]) => name === 'find_changed_message');
    query.mockRestore();
    expect(looks.length).toBeLessThanOrEqual(2 * 4 + 1 + 4);
    expect(await madeUp()).toBe('unknown_message');
  });

  it('refuses what is older than the operator lets its sender change, not what an owner deletes', async () => {
    const group = await groupOf(ann, bob);
    const message = { ...groupMessage(bob, group, 'mine'), sent_at: '2020-01-01T00:00:00.000Z' };
    await storeAll(database, [message]);
    const bounded = routesOn(60_000);
    expect(await may('edited', message, bob, bounded)).toBe('too_late');
    expect(await may('deleted', message, bob, bounded)).toBe('too_late');
    expect(await may('deleted', message, ann, bounded)).toBe('allowed');
    expect(await may('edited', message, bob)).toBe('allowed');
  });
});
