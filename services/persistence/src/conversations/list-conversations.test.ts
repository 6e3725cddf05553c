import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import { directConversationId, type ConversationResponse } from '@chat-app/protocol';
import { ask, contextOn, directMessage, groupMessage, openDatabase, storeAll } from '../../testing/embedded-context';
import { publicRoutes } from '../routes';

interface Page {
  conversations: ConversationResponse[];
  next?: string;
}

describe('listing conversations', () => {
  let database: Database;
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    routes = publicRoutes(contextOn(database));
  }, 60_000);
  afterAll(() => database.close());

  const list = async (caller: string, query = {}) =>
    (await ask<Page>(routes, 'GET /conversations', { caller, query })).body;
  const createGroup = async (caller: string, ...member_ids: string[]) => {
    const body = { title: 'group', member_ids };
    return (await ask<ConversationResponse>(routes, 'POST /conversations', { caller, body })).body;
  };

  it('puts the newest activity first: a message, or the creation of a group', async () => {
    const [me, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    await storeAll(database, [directMessage(me, bob), directMessage(eve, me)]);
    const group = await createGroup(me);
    await storeAll(database, [directMessage(bob, me)]);
    const { conversations, next } = await list(me);
    expect(conversations.map(({ conversation_id }) => conversation_id)).toEqual([
      directConversationId(me, bob),
      group.conversation_id,
      directConversationId(me, eve),
    ]);
    expect(next).toBeUndefined();
  });

  it('pages through all of them once', async () => {
    const me = randomUUID();
    const others = Array.from({ length: 7 }, () => randomUUID());
    await storeAll(
      database,
      others.map((other) => directMessage(other, me)),
    );
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await list(me, { limit: 3, ...(after !== undefined && { after }) });
      seen.push(...page.conversations.map(({ recipient_id }) => recipient_id!));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(others.reverse());
  });

  it('shows the last message, the other user, and how many messages of others are unread', async () => {
    const [me, bob] = [randomUUID(), randomUUID()];
    const messages = [directMessage(bob, me, '1'), directMessage(me, bob, '2'), directMessage(bob, me, '3')];
    await storeAll(database, messages);
    const { conversations } = await list(me);
    expect(conversations).toEqual([
      {
        conversation_id: directConversationId(me, bob),
        kind: 'direct',
        recipient_id: bob,
        role: 'member',
        created_at: expect.stringMatching(/Z$/) as string,
        unread_count: 2,
        unread_mention_count: 0,
        settings: { receipts: 'on' },
        last_message: {
          ...messages[2],
          stored_at: expect.stringMatching(/Z$/) as string,
          number: expect.any(Number) as number,
        },
      },
    ]);
    expect((await list(bob)).conversations[0]).toMatchObject({ recipient_id: me, unread_count: 1 });
  });

  it('shows oneself as the other user of a conversation with oneself', async () => {
    const me = randomUUID();
    await storeAll(database, [directMessage(me, me)]);
    expect((await list(me)).conversations).toMatchObject([{ kind: 'direct', recipient_id: me, unread_count: 0 }]);
  });

  it('counts as unread what came after the message that was read, and never more again', async () => {
    const [me, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    const { conversation_id } = await createGroup(bob, me);
    const ids = await storeAll(
      database,
      Array.from({ length: 4 }, () => groupMessage(bob, conversation_id)),
    );
    const params = { conversation_id };
    const unread = async () => (await list(me)).conversations[0]!.unread_count;
    const read = async (message_id: string, caller = me) =>
      ask(routes, 'PUT /conversations/{conversation_id}/read', { caller, params, body: { message_id } });
    expect(await unread()).toBe(4);
    await read(ids[2]!);
    expect(await unread()).toBe(1);
    await read(ids[0]!);
    expect(await unread()).toBe(1);
    const [elsewhere] = await storeAll(database, [directMessage(me, eve)]);
    await expect(read(elsewhere!)).rejects.toMatchObject({ code: 'unknown_message', status: 404 });
    await expect(read(ids[0]!, eve)).rejects.toMatchObject({ code: 'unknown_conversation' });
  });

  it('keeps what was read live until it is stored, and counts it as read from then on', async () => {
    const [me, bob] = [randomUUID(), randomUUID()];
    const { conversation_id } = await createGroup(bob, me);
    const messages = Array.from({ length: 12 }, (_, index) => groupMessage(bob, conversation_id, String(index)));
    const params = { conversation_id };
    const unread = async () => (await list(me)).conversations[0]!.unread_count;
    const read = (message_id: string) =>
      ask(routes, 'PUT /conversations/{conversation_id}/read', { caller: me, params, body: { message_id } });
    // More than are kept at once, and each before any of them is stored.
    for (const message of messages.slice(0, 11)) expect((await read(message.message_id)).status).toBe(204);
    await storeAll(database, messages);
    expect(await unread()).toBe(1);
    await read(messages[0]!.message_id);
    expect(await unread()).toBe(1);
    await read(messages[11]!.message_id);
    expect(await unread()).toBe(0);
    await storeAll(database, [groupMessage(bob, conversation_id)]);
    expect(await unread()).toBe(1);
  });

  it('waits for the first message of a conversation that is read before it is stored', async () => {
    const [me, bob] = [randomUUID(), randomUUID()];
    const message = directMessage(bob, me);
    const { conversation_id } = message;
    const body = { message_id: message.message_id };
    const reading = ask(routes, 'PUT /conversations/{conversation_id}/read', {
      caller: me,
      params: { conversation_id },
      body,
    });
    await storeAll(database, [message]);
    expect((await reading).status).toBe(204);
    expect((await list(me)).conversations).toMatchObject([{ conversation_id, unread_count: 0 }]);
  });

  it('carries data on conversations, changes it and takes it away', async () => {
    const [me, bob] = [randomUUID(), randomUUID()];
    const data = { color: 'red', deep: [{ n: 1.5 }, null] };
    const body = { title: 'group', member_ids: [bob], data };
    const created = await ask<ConversationResponse>(routes, 'POST /conversations', { caller: me, body });
    expect(created.body.data).toEqual(data);
    const params = { conversation_id: created.body.conversation_id };
    const change = (body: object) =>
      ask<ConversationResponse>(routes, 'PATCH /conversations/{conversation_id}', { caller: me, params, body });
    expect((await change({ title: 'other' })).body).toMatchObject({ title: 'other', data });
    expect((await change({ data: { a: 1 } })).body).toMatchObject({ title: 'other', data: { a: 1 } });
    expect((await change({ data: null })).body).not.toHaveProperty('data');
    await expect(change({})).rejects.toThrow('name title or data');
  });

  it('shows one conversation to its members only', async () => {
    const [me, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    const { conversation_id } = await createGroup(me, bob);
    const read = (caller: string, id = conversation_id) =>
      ask(routes, 'GET /conversations/{conversation_id}', { caller, params: { conversation_id: id } });
    expect((await read(bob)).body).toMatchObject({ conversation_id, kind: 'group', title: 'group', role: 'member' });
    await expect(read(eve)).rejects.toMatchObject({ code: 'unknown_conversation', status: 404 });
    await expect(read(me, randomUUID())).rejects.toMatchObject({ code: 'unknown_conversation', status: 404 });
  });

  it('refuses a page mark that is none', async () => {
    await expect(list(randomUUID(), { after: "1' or '1'='1" })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
