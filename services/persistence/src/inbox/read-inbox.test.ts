import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import { FEATURES, type InboxResponse } from '@chat-app/protocol';
import { ask, contextOn, directMessage, openDatabase, storeAll } from '../../testing/embedded-context';
import { internalRoutes, publicRoutes } from '../routes';

describe('reading an inbox', () => {
  let database: Database;
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database);
    routes = [...internalRoutes(context), ...publicRoutes(context)];
  }, 60_000);
  afterAll(() => database.close());

  const read = async (user_id: string, after: number, limit = 200) =>
    (await ask<InboxResponse>(routes, 'GET /internal/inbox', { query: { user_id, after, limit } })).body;

  it('answers the entries after a position, ascending, with the messages as they were sent', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = ['1', '2', '3', '4'].map((content) => directMessage(ann, bob, content));
    await storeAll(database, messages);
    const entries = messages.map((message, index) => ({ kind: 'message', seq: index + 1, message }));
    expect(await read(bob, 0)).toEqual({ head: 4, entries });
    expect(await read(bob, 1, 2)).toEqual({ head: 4, entries: entries.slice(1, 3) });
    expect(await read(bob, 4)).toEqual({ head: 4, entries: [] });
  });

  it('answers joins and leaves among the messages', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const group = { title: 'group', member_ids: [bob] };
    const created = await ask<{ conversation_id: string }>(routes, 'POST /conversations', { caller: ann, body: group });
    const { conversation_id } = created.body;
    await storeAll(database, [directMessage(ann, bob)]);
    const member = { conversation_id, user_id: bob };
    await ask(routes, 'DELETE /conversations/{conversation_id}/members/{user_id}', { caller: bob, params: member });
    expect((await read(bob, 0)).entries).toEqual([
      { kind: 'joined', seq: 1, conversation_id },
      { kind: 'message', seq: 2, message: expect.objectContaining({ sender_id: ann }) as object },
      { kind: 'left', seq: 3, conversation_id },
    ]);
  });

  it('answers nothing, and head 0, for a user without an inbox', async () => {
    expect(await read(randomUUID(), 0)).toEqual({ head: 0, entries: [] });
  });

  it('answers the heads of many inboxes in one call, leaving out users without one', async () => {
    const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    await storeAll(database, [directMessage(ann, bob), directMessage(bob, bob)]);
    const { body } = await ask(routes, 'POST /internal/heads', { body: { user_ids: [ann, bob, eve] } });
    expect(body).toMatchObject({
      heads: { [ann]: 1, [bob]: 2 },
      epoch: expect.any(String) as string,
      features: FEATURES,
    });
  });
});
