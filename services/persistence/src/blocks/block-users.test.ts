import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Route } from '@chat-app/platform';
import {
  directConversationId,
  LIMITS,
  userChannel,
  type HeadsResponse,
  type InboxPage,
  type OpenConnectionResponse,
} from '@chat-app/protocol';
import {
  ask,
  contextOn,
  delivered,
  directMessage,
  groupMessage,
  listen,
  openDatabase,
  storeAll,
  storeMessages,
} from '../../testing/embedded-context';
import { insertGroup } from '../conversations/sql/create-group';
import { internalRoutes, publicRoutes } from '../routes';
import { projectEvent } from '../storing/project-event';
import { storeEvents } from '../storing/store-events';

describe('a block', () => {
  const stranger = randomUUID();
  const fanout = createEmbeddedFanout();
  let database: Database;
  let routes: readonly Route[];
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database, fanout, [stranger]);
    routes = [...internalRoutes(context), ...publicRoutes(context)];
  }, 60_000);
  afterAll(() => database.close());

  const block = (caller: string, user_id: string) =>
    ask(routes, 'PUT /blocks/{user_id}', { caller, params: { user_id } });
  const unblock = (caller: string, user_id: string) =>
    ask(routes, 'DELETE /blocks/{user_id}', { caller, params: { user_id } });
  const blocksOf = async (caller: string) =>
    (await ask<{ blocks: { user_id: string }[] }>(routes, 'GET /blocks', { caller })).body.blocks;
  const entriesOf = async (user_id: string) => {
    const { body } = await ask<InboxPage>(routes, 'GET /internal/inbox', { query: { user_id, after: 0 } });
    return body.entries.map((entry) => JSON.parse(entry.body) as Record<string, unknown>);
  };
  const outcomesOf = async (...messages: ReturnType<typeof directMessage>[]) =>
    (await storeMessages(database, messages)).map(({ outcome }) => outcome);

  it('keeps the messages of both from being stored, until it is taken away', async () => {
    const [ann, bob, carl] = [randomUUID(), randomUUID(), randomUUID()];
    expect((await block(ann, bob)).status).toBe(204);
    const messages = [
      directMessage(ann, bob),
      directMessage(bob, ann),
      directMessage(bob, carl),
      directMessage(carl, ann),
    ];
    expect(await outcomesOf(...messages)).toEqual(['blocked', 'blocked', 'stored', 'stored']);
    expect((await unblock(ann, bob)).status).toBe(204);
    expect(await outcomesOf(directMessage(ann, bob), directMessage(bob, ann))).toEqual(['stored', 'stored']);
  });

  it('leaves what was stored before, its deletion, and what both say in a group', async () => {
    const [ann, bob, group] = [randomUUID(), randomUUID(), randomUUID()];
    await insertGroup(database, { id: group, title: 'group', data: undefined, ownerId: ann, memberIds: [bob] });
    const message = directMessage(bob, ann);
    await storeAll(database, [message]);
    await block(ann, bob);
    expect(await outcomesOf(message)).toEqual(['duplicate']);
    expect(await outcomesOf(groupMessage(bob, group))).toEqual(['stored']);
    const { conversation_id, message_id } = message;
    const change = { event_id: randomUUID(), conversation_id, actor_id: bob, recipient_id: ann, message_id };
    const at = new Date().toISOString();
    const [edit] = await storeEvents(database, [
      projectEvent('edited', { ...change, kind: 'edited', at, content: 'worse' }),
    ]);
    const [deletion] = await storeEvents(database, [
      projectEvent('deleted', { ...change, kind: 'deleted', at, event_id: randomUUID() }),
    ]);
    expect([edit?.outcome, deletion?.outcome]).toEqual(['blocked', 'stored']);
  });

  it('is an entry of the one who blocks alone, once, and a hint to the pods of both', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const received = await listen(fanout, [userChannel(ann), userChannel(bob)]);
    for (let times = 0; times < 2; times += 1) await block(ann, bob);
    for (let times = 0; times < 2; times += 1) await unblock(ann, bob);
    await delivered();
    const conversation_id = directConversationId(ann, bob);
    const entry = { type: 'blocked', conversation_id, user_id: ann, actor_id: ann, blocked_user_id: bob };
    expect(await entriesOf(ann)).toMatchObject([
      { ...entry, seq: 1, blocked: true },
      { ...entry, seq: 2, blocked: false },
    ]);
    expect(await entriesOf(bob)).toEqual([]);
    const toBob = received.filter(({ channel }) => channel === userChannel(bob)).map(({ text }) => text);
    expect(toBob).toEqual(Array(2).fill(JSON.stringify({ kind: 'blocks_changed', user_id: bob })));
  });

  it('begins no conversation', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await block(ann, bob);
    expect(
      (await ask<{ conversations: object[] }>(routes, 'GET /conversations', { caller: ann })).body.conversations,
    ).toEqual([]);
  });

  it('is listed for the one who blocks, and told to the pods of both', async () => {
    const [ann, bob, carl] = [randomUUID(), randomUUID(), randomUUID()];
    await block(ann, bob);
    await block(ann, carl);
    expect((await blocksOf(ann)).map(({ user_id }) => user_id)).toEqual([carl, bob]);
    expect(await blocksOf(bob)).toEqual([]);
    const open = { user_id: bob, device_id: 'phone' };
    const opened = await ask<OpenConnectionResponse>(routes, 'POST /internal/connections', { body: open });
    expect(opened.body.blocks).toEqual([ann]);
    const user_ids = [ann, bob, randomUUID()];
    const heads = await ask<HeadsResponse>(routes, 'POST /internal/heads', { body: { user_ids } });
    expect(heads.body.blocks).toEqual({ [ann]: [bob, carl].sort(), [bob]: [ann] });
  });

  it('is refused of oneself, of nobody, and beyond as many as a user may', async () => {
    const ann = randomUUID();
    await expect(block(ann, ann)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(block(ann, stranger)).rejects.toMatchObject({ code: 'unknown_user' });
    const text =
      'insert into chat.blocks select $1::uuid, gen_random_uuid(), gen_random_uuid() from generate_series(1, $2::int)';
    await database.query({ name: 'fill_blocks', text }, [ann, LIMITS.blocks]);
    await expect(block(ann, randomUUID())).rejects.toMatchObject({ code: 'too_many_blocks' });
    expect(await blocksOf(ann)).toHaveLength(LIMITS.blocks);
  });
});
