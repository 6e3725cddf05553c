import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Database } from '@chat-app/database';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import type { Route } from '@chat-app/platform';
import {
  conversationChannel,
  LIMITS,
  userChannel,
  type ChatMessage,
  type MemberReceipt,
  type ReceiptCountsResponse,
  type ReceiptsFrame,
} from '@chat-app/protocol';
import { ask, contextOn, directMessage, groupMessage, openDatabase, storeAll } from '../../testing/embedded-context';
import { insertGroup } from '../conversations/sql/create-group';
import { internalRoutes, publicRoutes } from '../routes';

interface Told {
  channel: string;
  not_for?: string[];
  frame: ReceiptsFrame;
}

describe('receipts', () => {
  let database: Database;
  const fanout = createEmbeddedFanout();
  let routes: readonly Route[];
  const told: Told[] = [];
  let arrived = (): void => undefined;
  beforeAll(async () => {
    database = await openDatabase();
    const context = contextOn(database, fanout);
    routes = [...internalRoutes(context), ...publicRoutes(context)];
    fanout.onMessage((channel, payload) => {
      const [head = '', frame] = Buffer.from(payload).toString('utf8').split('\n');
      const envelope = JSON.parse(head) as { kind: string; not_for?: string[] };
      if (envelope.kind !== 'state' || frame === undefined) return;
      told.push({ channel, ...envelope, frame: JSON.parse(frame) as ReceiptsFrame });
      arrived();
    });
  }, 60_000);
  afterAll(() => database.close());
  beforeEach(() => told.splice(0));

  /** Resolves to what was told of a conversation, once a user is said to be there. */
  const toldOf = async (conversation: string, userId: string): Promise<Told> => {
    for (;;) {
      const found = told.find(
        ({ frame }) => frame.conversation_id === conversation && frame.users.some((one) => one.user_id === userId),
      );
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  };
  const confirm = (...cursors: [user: string, device: string, seq: number][]) =>
    ask(routes, 'POST /internal/cursors', {
      body: { cursors: cursors.map(([user_id, device_id, received_seq]) => ({ user_id, device_id, received_seq })) },
    });
  const read = (caller: string, { conversation_id, message_id }: ChatMessage) =>
    ask(routes, 'PUT /conversations/{conversation_id}/read', {
      ...{ caller, params: { conversation_id }, body: { message_id } },
    });
  const keep = (caller: string, conversation_id: string) =>
    ask(routes, 'PATCH /conversations/{conversation_id}/settings', {
      ...{ caller, params: { conversation_id }, body: { receipts: 'off' } },
    });
  const members = async (caller: string, conversation_id: string) => {
    const question = { caller, params: { conversation_id } };
    const path = 'GET /conversations/{conversation_id}/members';
    return (await ask<{ members: MemberReceipt[] }>(routes, path, question)).body.members;
  };
  const memberOf = async (caller: string, conversation: string, userId: string) =>
    (await members(caller, conversation)).find((one) => one.user_id === userId);
  const counts = async (caller: string, { conversation_id, message_id }: ChatMessage) => {
    const path = 'GET /conversations/{conversation_id}/messages/{message_id}/receipts';
    return (await ask<ReceiptCountsResponse>(routes, path, { caller, params: { conversation_id, message_id } })).body;
  };
  const group = async (size: number) => {
    const [owner, ...others] = Array.from({ length: size }, () => randomUUID()) as [string, ...string[]];
    const id = randomUUID();
    await insertGroup(database, { id, title: 'group', data: undefined, ownerId: owner, memberIds: others });
    const channels = [conversationChannel(id), ...others.slice(0, 2).map(userChannel)];
    await fanout.subscribe(channels);
    return { id, owner, others };
  };

  it('of a direct conversation are told to the other user alone, and are among its members', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = [directMessage(ann, bob, 'one'), directMessage(ann, bob, 'two')];
    const [first, last] = messages as [ChatMessage, ChatMessage];
    await storeAll(database, messages);
    await fanout.subscribe([userChannel(ann), userChannel(bob)]);
    await confirm([bob, 'phone', 2], [ann, 'laptop', 2]);
    const { channel, frame } = await toldOf(last.conversation_id, bob);
    expect(channel).toBe(userChannel(ann));
    expect(frame.users).toMatchObject([{ user_id: bob, received: { message_id: last.message_id } }]);
    await read(bob, first);
    await read(bob, last);
    told.splice(0);
    expect((await toldOf(last.conversation_id, bob)).frame.users).toMatchObject([
      { user_id: bob, read: { message_id: last.message_id } },
    ]);
    const { number } = frame.users[0]!.received!;
    const mark = { message_id: last.message_id, number };
    expect(await memberOf(ann, last.conversation_id, bob)).toMatchObject({ received: mark, read: mark });
    expect(told.filter((one) => one.channel === userChannel(bob))).toEqual([]);
  });

  it('of a member read live before the message was stored are told once it is', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const [first, live] = [directMessage(ann, bob, 'one'), directMessage(ann, bob, 'live')];
    await storeAll(database, [first]);
    await fanout.subscribe([userChannel(ann)]);
    await read(bob, live);
    await storeAll(database, [live]);
    for (;;) {
      const { frame } = await toldOf(live.conversation_id, bob);
      if (frame.users[0]?.read?.message_id === live.message_id) break;
      told.splice(0);
    }
    expect(await memberOf(ann, live.conversation_id, bob)).toMatchObject({ read: { message_id: live.message_id } });
  });

  it('of a group are one frame a second, however many of its members moved', async () => {
    const { id, owner, others } = await group(20);
    const message = groupMessage(owner, id);
    await storeAll(database, [message]);
    await confirm(...others.map((user): [string, string, number] => [user, 'phone', 1]));
    await read(others[0]!, message);
    const { channel, frame } = await toldOf(id, others[0]!);
    expect(channel).toBe(conversationChannel(id));
    expect(frame.users.map((one) => one.user_id).sort()).toEqual([...others].sort());
    expect(frame.users.every((one) => one.received?.message_id === message.message_id)).toBe(true);
    expect(told.filter((one) => one.frame.conversation_id === id)).toHaveLength(1);
    expect(await counts(owner, message)).toEqual({ received: 19, read: 1 });
  });

  it('are kept by whoever wants to: nobody is told theirs, nor they those of others, and their own badge goes on', async () => {
    const { id, owner, others } = await group(3);
    const [shy, open] = others as [string, string];
    await keep(shy, id);
    const message = groupMessage(owner, id);
    await storeAll(database, [message]);
    await confirm([shy, 'phone', 2], [open, 'phone', 1]);
    await read(shy, message);
    await read(open, message);
    const { frame, not_for } = await toldOf(id, open);
    expect(frame.users.map((one) => one.user_id)).toEqual([open]);
    expect(not_for).toEqual([shy]);
    expect(await memberOf(owner, id, shy)).not.toHaveProperty('read');
    expect(await memberOf(owner, id, shy)).not.toHaveProperty('received');
    expect(await memberOf(owner, id, open)).toHaveProperty('read');
    expect(await memberOf(shy, id, open)).not.toHaveProperty('read');
    expect([await counts(owner, message), await counts(shy, message)]).toEqual([{ received: 1, read: 1 }, {}]);
    const question = { caller: shy, params: { conversation_id: id } };
    const { body } = await ask(routes, 'GET /conversations/{conversation_id}', question);
    expect(body).toMatchObject({ unread_count: 0 });
    const direct = directMessage(open, shy);
    await storeAll(database, [direct]);
    await keep(shy, direct.conversation_id);
    told.splice(0);
    await read(shy, direct);
    await read(open, message);
    expect(told.filter((one) => one.frame.conversation_id === direct.conversation_id)).toEqual([]);
  });

  it('are told to neither of two while one of them blocks the other, as typing and presence are', async () => {
    const [ann, bob, carl] = [randomUUID(), randomUUID(), randomUUID()];
    const [old, fence] = [directMessage(ann, bob, 'before the block'), directMessage(ann, carl)];
    await storeAll(database, [old, fence]);
    await fanout.subscribe([userChannel(ann), userChannel(bob)]);
    const block = (method: string) =>
      ask(routes, `${method} /blocks/{user_id}`, { caller: bob, params: { user_id: ann } });
    await block('PUT');
    await confirm([bob, 'phone', 1], [carl, 'phone', 1]);
    await read(bob, old);
    await read(carl, fence);
    await toldOf(fence.conversation_id, carl);
    expect(told.filter(({ frame }) => frame.conversation_id === old.conversation_id)).toEqual([]);
    const shown = await memberOf(ann, old.conversation_id, bob);
    expect(shown).not.toHaveProperty('read');
    expect(shown).not.toHaveProperty('received');
    expect(await counts(ann, old)).toEqual({ received: 0, read: 0 });
    await block('DELETE');
    expect(await memberOf(ann, old.conversation_id, bob)).toHaveProperty('read');
  });

  it(`of more than ${LIMITS.receiptMembers} members are counts for whoever asks`, async () => {
    const { id, owner, others } = await group(LIMITS.receiptMembers + 1);
    const small = await group(2);
    const message = groupMessage(owner, id);
    const [one, two] = [others[0]!, others[1]!];
    await storeAll(database, [message, groupMessage(small.owner, small.id)]);
    await confirm([one, 'phone', 1], [two, 'phone', 1], [small.others[0]!, 'phone', 1]);
    await read(one, message);
    await toldOf(small.id, small.others[0]!);
    expect(told.filter(({ frame }) => frame.conversation_id === id)).toEqual([]);
    expect((await members(owner, id)).filter((member) => member.received ?? member.read)).toEqual([]);
    expect(await counts(owner, message)).toEqual({ received: 2, read: 1 });
    await expect(counts(randomUUID(), message)).rejects.toMatchObject({ code: 'unknown_conversation' });
    const unknown = { ...message, message_id: randomUUID() };
    await expect(counts(owner, unknown)).rejects.toMatchObject({ code: 'unknown_message' });
  });

  it('say the same whatever the order in which devices confirm and members read', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = Array.from({ length: 6 }, (_, index) => directMessage(ann, bob, `${index}`));
    await storeAll(database, messages);
    const { conversation_id } = messages[0]!;
    const step = fc.tuple(fc.constantFrom('phone', 'laptop', 'read'), fc.integer({ min: 1, max: 6 }));
    let received = 0;
    let readUpTo = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        for (const [what, upTo] of steps) {
          if (what === 'read') {
            await read(bob, messages[upTo - 1]!);
            readUpTo = Math.max(readUpTo, upTo);
          } else {
            await confirm([bob, what, upTo]);
            received = Math.max(received, upTo);
          }
          const shown = await memberOf(ann, conversation_id, bob);
          expect(shown?.received?.message_id).toBe(messages[received - 1]?.message_id);
          expect(shown?.read?.message_id).toBe(messages[readUpTo - 1]?.message_id);
        }
      }),
      { numRuns: 15 },
    );
  });
});
