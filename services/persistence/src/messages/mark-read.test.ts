import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Route } from '@chat-app/platform';
import { userChannel, type InboxPage } from '@chat-app/protocol';
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

describe('a read marker', () => {
  let database: Database;
  const fanout = createEmbeddedFanout();
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database, fanout);
    routes = [...internalRoutes(context), ...publicRoutes(context)];
  }, 60_000);
  afterAll(() => database.close());

  const mark = (caller: string, conversation_id: string, message_id: string) =>
    ask(routes, 'PUT /conversations/{conversation_id}/read', {
      caller,
      params: { conversation_id },
      body: { message_id },
    });
  const readsIn = async (user_id: string) => {
    const query = { user_id, after: 0, form: 'encoded' };
    const { body } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query });
    const frames = body.entries.map((entry) => JSON.parse(entry.body) as Record<string, unknown>);
    return frames.filter(({ type }) => type === 'read');
  };

  it('that moves is an entry of the reader alone, told on their own channel at once', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = [directMessage(ann, bob, 'one'), directMessage(ann, bob, 'two')];
    await storeAll(database, messages);
    const received = await listen(fanout, [userChannel(ann), userChannel(bob)]);
    const { conversation_id, message_id } = messages[1]!;
    await mark(bob, conversation_id, message_id);
    await delivered();
    expect(await readsIn(bob)).toMatchObject([
      { type: 'read', seq: 3, conversation_id, message_id, user_id: bob, actor_id: bob },
    ]);
    expect(await readsIn(ann)).toEqual([]);
    // What the other is told of it comes later and is no entry: see receipts.
    const entries = received.filter(({ text }) => !text.startsWith('{"kind":"state"'));
    expect(new Set(entries.map(({ channel }) => channel))).toEqual(new Set([userChannel(bob)]));
  });

  it('that does not move is none', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = [directMessage(ann, bob, 'one'), directMessage(ann, bob, 'two')];
    await storeAll(database, messages);
    const { conversation_id } = messages[0]!;
    for (const at of [1, 1, 0]) await mark(bob, conversation_id, messages[at]!.message_id);
    expect(await readsIn(bob)).toHaveLength(1);
  });

  it('at a message that is on its way is one, once', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const [first, live] = [directMessage(ann, bob, 'one'), directMessage(ann, bob, 'live')];
    await storeAll(database, [first]);
    for (let times = 0; times < 2; times += 1) await mark(bob, first.conversation_id, live.message_id);
    expect(await readsIn(bob)).toMatchObject([{ message_id: live.message_id }]);
  });

  it('of a conversation that is not there waits twice at once for each user: more would ask the database without end', async () => {
    const [eve, bob] = [randomUUID(), randomUUID()];
    const outcomes = (caller: string, count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          mark(caller, randomUUID(), randomUUID()).then(
            () => 'marked',
            (error: { code?: string }) => error.code,
          ),
        ),
      );
    const [hers, his] = await Promise.all([outcomes(eve, 20), outcomes(bob, 1)]);
    expect(hers.filter((code) => code === 'rate_limited')).toHaveLength(18);
    expect([...hers.filter((code) => code !== 'rate_limited'), ...his]).toEqual(Array(3).fill('unknown_conversation'));
    expect(await outcomes(eve, 1)).toEqual(['unknown_conversation']);
  });

  it('in a group waits for no other member', async () => {
    const [ann, bob, group] = [randomUUID(), randomUUID(), randomUUID()];
    await insertGroup(database, { id: group, title: 'group', data: undefined, ownerId: ann, memberIds: [bob] });
    const message = groupMessage(ann, group);
    await storeAll(database, [message]);
    await mark(bob, group, message.message_id);
    expect(await readsIn(bob)).toMatchObject([{ seq: 2, conversation_id: group }]);
    expect(await readsIn(ann)).toEqual([]);
  });
});
