import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { Database } from '@chat-app/database';
import { directConversationId, type ChatMessage } from '@chat-app/protocol';
import { directMessage, groupMessage, openDatabase, storeMessages } from '../../testing/embedded-context';
import { insertGroup } from '../conversations/sql/create-group';
import { deleteMember } from '../conversations/sql/remove-member';

describe('storing messages', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  afterAll(() => database.close());

  const inboxOf = async (user: string) => {
    const text = 'select seq, message_id from chat.inbox where user_id = $1 order by seq';
    return database.query<{ seq: number; message_id: string }>({ name: 'inbox', text }, [user]);
  };
  const createGroup = async (...members: string[]) => {
    const id = randomUUID();
    await insertGroup(database, {
      id,
      title: 'group',
      data: undefined,
      ownerId: members[0]!,
      memberIds: members.slice(1),
    });
    return id;
  };

  it('numbers the inboxes of sender and recipient without gaps, in the order of the batch', async () => {
    const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    const first = [directMessage(ann, bob, '1'), directMessage(eve, bob, '2'), directMessage(bob, ann, '3')];
    const second = [directMessage(bob, eve, '4')];
    const outcomes = [...(await storeMessages(database, first)), ...(await storeMessages(database, second))];

    const ids = [...first, ...second].map((message) => message.message_id);
    expect(await inboxOf(bob)).toEqual(ids.map((message_id, index) => ({ seq: index + 1, message_id })));
    expect(await inboxOf(ann)).toEqual([
      { seq: 1, message_id: ids[0] },
      { seq: 2, message_id: ids[2] },
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(new Map(outcomes[2]!.user_ids.map((user, index) => [user, outcomes[2]!.seqs[index]]))).toEqual(
      new Map([
        [bob, 3],
        [ann, 2],
      ]),
    );
  });

  it('stores a message to oneself as one entry of one inbox', async () => {
    const ann = randomUUID();
    const message = directMessage(ann, ann);
    expect(await storeMessages(database, [message])).toEqual([
      expect.objectContaining({ outcome: 'stored', user_ids: [ann], seqs: [1] }),
    ]);
    expect(await inboxOf(ann)).toHaveLength(1);
  });

  it('answers for messages that are there already where they stand, and stores nothing', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = [directMessage(ann, bob), directMessage(bob, ann)];
    const before = await storeMessages(database, messages);
    const again = await storeMessages(database, [...messages, directMessage(ann, bob)]);
    expect(again.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate', 'stored']);
    const places = (outcome: (typeof before)[number]) =>
      outcome.user_ids.map((user, i) => [user, outcome.seqs[i]]).sort();
    expect(again.slice(0, 2).map(places)).toEqual(before.map(places));
    expect(again[2]!.seqs).toEqual([3, 3]);
    expect(await inboxOf(ann)).toHaveLength(3);
  });

  it('does not look for the entries of messages that were stored long ago', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const message = directMessage(ann, bob);
    await storeMessages(database, [message]);
    const text = "update chat.messages set stored_at = now() - interval '11 minutes' where id = $1";
    await database.query({ name: 'age', text }, [message.message_id]);
    expect(await storeMessages(database, [message])).toEqual([
      expect.objectContaining({ outcome: 'duplicate', user_ids: [], seqs: [] }),
    ]);
  });

  it('stores the first of equal ids within a batch', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const message = directMessage(ann, bob);
    const outcomes = await storeMessages(database, [message, directMessage(ann, bob), message]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'duplicate']);
    expect((await inboxOf(bob)).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('opens a direct conversation with its members at the first message, once', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await storeMessages(database, [directMessage(ann, bob), directMessage(bob, ann)]);
    await storeMessages(database, [directMessage(bob, ann)]);
    const text = 'select user_id, role from chat.members where conversation_id = $1';
    const members = await database.query<{ user_id: string }>({ name: 'm', text }, [directConversationId(ann, bob)]);
    expect(members.map(({ user_id }) => user_id).sort()).toEqual([ann, bob].sort());
  });

  it('writes a group message into the inbox of each member, and of nobody else', async () => {
    const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    const group = await createGroup(ann, bob);
    const outcomes = await storeMessages(database, [groupMessage(ann, group), groupMessage(eve, group)]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['stored', 'not_a_member']);
    expect([...outcomes[0]!.user_ids].sort()).toEqual([ann, bob].sort());
    expect(await inboxOf(bob)).toHaveLength(1);
    expect(await inboxOf(eve)).toEqual([]);
  });

  it('does not store a message of someone who left, nor one of a group that does not exist', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const group = await createGroup(ann, bob);
    await deleteMember(database, group, bob);
    const stranger = groupMessage(bob, randomUUID());
    const direct = { ...groupMessage(ann, directConversationId(ann, bob)) };
    await storeMessages(database, [directMessage(ann, bob)]);
    const outcomes = await storeMessages(database, [groupMessage(bob, group), stranger, direct]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'not_a_member',
      'unknown_conversation',
      'unknown_conversation',
    ]);
  });

  it('stores all of a batch or nothing', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const poison = { ...directMessage(ann, bob), sent_at: '0000-01-01T00:00:00Z' };
    await expect(storeMessages(database, [directMessage(ann, bob), poison])).rejects.toMatchObject({
      code: 'database_refused',
      details: { sqlstate: '22008' },
    });
    expect(await inboxOf(ann)).toEqual([]);
  });

  it('keeps whatever text a message may hold', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), async (texts) => {
        const messages = texts
          .map((text) => text.replaceAll('\u0000', '?').toWellFormed())
          .map((text) => directMessage(ann, bob, text));
        await storeMessages(database, messages);
        const ids = messages.map((message) => message.message_id);
        const text = 'select id, content from chat.messages where id = any ($1::uuid[])';
        const rows = await database.query<{ id: string; content: string }>({ name: 'c', text }, [ids]);
        const contents = new Map(rows.map(({ id, content }) => [id, content]));
        expect(ids.map((id) => contents.get(id))).toEqual(messages.map(({ content }) => content));
      }),
      { numRuns: 10 },
    );
  });

  it('agrees with a model over any mixture of users, groups, repeats and strangers', async () => {
    const step = fc.record({
      sender: fc.nat(4),
      to: fc.nat(6),
      repeat: fc.option(fc.nat(30), { freq: 3, nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { maxLength: 5 }), async (batches) => {
        const users: string[] = Array.from({ length: 5 }, () => randomUUID());
        const groups = [await createGroup(...users.slice(0, 3)), await createGroup(...users.slice(2))];
        const membersOf = new Map<string | undefined, string[]>([
          [groups[0], users.slice(0, 3)],
          [groups[1], users.slice(2)],
        ]);
        const model = new Map(users.map((user) => [user, [] as string[]]));
        const sent: ChatMessage[] = [];
        const known = new Set<string>();
        for (const steps of batches) {
          const batch = steps.map(({ sender, to, repeat }) => {
            if (repeat !== undefined && sent.length > 0) return sent[repeat % sent.length]!;
            const from = users[sender]!;
            return to < 5 ? directMessage(from, users[to]!) : groupMessage(from, groups[to - 5]!);
          });
          sent.push(...batch);
          const expected = batch.map((message) => {
            if (known.has(message.message_id)) return 'duplicate';
            const members = membersOf.get(message.conversation_id);
            if (members !== undefined && !members.includes(message.sender_id)) return 'not_a_member';
            known.add(message.message_id);
            for (const user of new Set(members ?? [message.sender_id, message.recipient_id!])) {
              model.get(user)!.push(message.message_id);
            }
            return 'stored';
          });
          const outcomes = await storeMessages(database, batch);
          // A second copy of a refused message in one batch is called a duplicate of it; neither is stored.
          const told = outcomes.map(({ outcome }, index) =>
            outcome === 'duplicate' && expected[index] === 'not_a_member' ? 'not_a_member' : outcome,
          );
          expect(told).toEqual(expected);
          outcomes.forEach(({ user_ids, seqs }, index) => {
            user_ids.forEach((user, i) => expect(model.get(user)![seqs[i]! - 1]).toBe(batch[index]!.message_id));
          });
        }
        for (const [user, ids] of model) {
          expect(await inboxOf(user)).toEqual(ids.map((message_id, index) => ({ seq: index + 1, message_id })));
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
