import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import { directConversationId, type StoredMessage } from '@chat-app/protocol';
import { ask, contextOn, directMessage, openDatabase, storeAll } from '../../testing/embedded-context';
import { publicRoutes } from '../routes';

interface History {
  messages: StoredMessage[];
  more: boolean;
}

describe('reading history', () => {
  let database: Database;
  let routes: readonly Route[];
  const [ann, bob] = [randomUUID(), randomUUID()];
  const conversation_id = directConversationId(ann, bob);
  let ids: string[];
  beforeAll(async () => {
    database = await openDatabase();
    routes = publicRoutes(contextOn(database));
    ids = await storeAll(
      database,
      Array.from({ length: 10 }, (_, index) => directMessage(ann, bob, String(index))),
    );
  }, 60_000);
  afterAll(() => database.close());

  const history = async (query = {}, caller = bob, params = { conversation_id }) => {
    const route = 'GET /conversations/{conversation_id}/messages';
    return (await ask<History>(routes, route, { caller, params, query })).body;
  };
  const page = async (query: Record<string, unknown>) => {
    const { messages, more } = await history(query);
    return { ids: messages.map(({ message_id }) => message_id), more };
  };

  it('answers the newest messages, in the order they were stored', async () => {
    expect(await page({ limit: 3 })).toEqual({ ids: ids.slice(7), more: true });
    expect(await page({})).toEqual({ ids, more: false });
  });

  it('answers the messages next to one of them, in either direction', async () => {
    expect(await page({ before: ids[5], limit: 2 })).toEqual({ ids: ids.slice(3, 5), more: true });
    expect(await page({ before: ids[2], limit: 2 })).toEqual({ ids: ids.slice(0, 2), more: false });
    expect(await page({ after: ids[5], limit: 2 })).toEqual({ ids: ids.slice(6, 8), more: true });
    expect(await page({ after: ids[7], limit: 2 })).toEqual({ ids: ids.slice(8), more: false });
    expect(await page({ after: ids[9] })).toEqual({ ids: [], more: false });
  });

  it('does not know a message of another conversation', async () => {
    const [other] = await storeAll(database, [directMessage(ann, ann)]);
    await expect(history({ before: other })).rejects.toMatchObject({ code: 'unknown_message', status: 404 });
    await expect(history({ after: randomUUID() })).rejects.toMatchObject({ code: 'unknown_message' });
  });

  it('answers whoever is not a member like for a conversation that does not exist', async () => {
    const eve = randomUUID();
    await expect(history({}, eve)).rejects.toMatchObject({ code: 'unknown_conversation', status: 404 });
    await expect(history({}, bob, { conversation_id: randomUUID() })).rejects.toMatchObject({
      code: 'unknown_conversation',
      status: 404,
    });
  });
});
