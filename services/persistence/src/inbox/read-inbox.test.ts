import { randomUUID } from 'node:crypto';
import { ANNOUNCED_FEATURES, LIMITS, type InboxesResponse } from '@chat-app/protocol';
import { directMessage, storeAll } from '../../testing/embedded-context';
import { ServedRoutes } from '../../testing/served-routes';

describe('reading an inbox', () => {
  const served = new ServedRoutes();

  it('answers the entries after a position, ascending, with the messages as they were sent', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const messages = ['1', '2', '3', '4'].map((content) => directMessage(ann, bob, content));
    await storeAll(served.database, messages);
    const frames = messages.map((message, index) => ({ type: 'message', ...message, seq: index + 1 }));
    expect(await served.readInbox(bob)).toMatchObject({ head: 4, frames });
    expect(await served.readInbox(bob, 1, 2)).toMatchObject({ head: 4, frames: frames.slice(1, 3) });
    expect(await served.readInbox(bob, 4)).toMatchObject({ head: 4, frames: [] });
  });

  it('answers joins and leaves among the messages', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const conversation_id = await served.createGroup(ann, bob);
    await storeAll(served.database, [directMessage(ann, bob)]);
    const member = { conversation_id, user_id: bob };
    await served.ask('DELETE /conversations/{conversation_id}/members/{user_id}', { caller: bob, params: member });
    expect((await served.readInbox(bob)).frames).toMatchObject([
      { type: 'joined', seq: 1, conversation_id },
      { type: 'message', seq: 2, sender_id: ann },
      { type: 'left', seq: 3, conversation_id },
    ]);
  });

  it('answers nothing, and head 0, for a user without an inbox', async () => {
    expect(await served.readInbox(randomUUID())).toMatchObject({ head: 0, entries: [] });
  });

  it('answers many inboxes in one call in their order, a few entries of each, as each is answered alone', async () => {
    const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    const conversation_id = await served.createGroup(ann, bob);
    const messages = Array.from({ length: LIMITS.inboxesPage + 5 }, (_, n) => directMessage(ann, bob, `${n}`));
    await storeAll(served.database, [...messages, directMessage(bob, bob, 'note')]);
    const asked = [
      { user_id: bob, after: 2 },
      { user_id: eve, after: 0 },
      { user_id: ann, after: 0 },
      { user_id: bob, after: LIMITS.inboxesPage },
      { user_id: bob, after: 1_000 },
    ];
    const body = { inboxes: asked };
    const { inboxes, epoch } = await served.ask<InboxesResponse>('POST /internal/inboxes', { body });
    const alone = await Promise.all(
      asked.map(({ user_id, after }) => served.readInbox(user_id, after, LIMITS.inboxesPage)),
    );
    expect(inboxes).toEqual(alone.map(({ head, entries }) => ({ head, entries })));
    expect(inboxes.map(({ entries }) => entries.length)).toEqual([20, 0, 20, 7, 0]);
    expect(inboxes[1]).toEqual({ head: 0, entries: [] });
    expect(alone.map((page) => page.epoch)).toEqual(asked.map(() => epoch));
    expect(inboxes[2]?.entries[0]).toMatchObject({ kind: 'joined', seq: 1, conversation_id });
  });

  it('answers fewer entries of each where many are asked for, and fewer still where they are large, but one at least', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    // What is escaped twice on its way: the largest entries that there are.
    const content = '"\u0001'.repeat(LIMITS.contentBytes / 2);
    await storeAll(
      served.database,
      Array.from({ length: 10 }, () => directMessage(ann, bob, content)),
    );
    const ask = async (count: number): Promise<number[]> => {
      const body = { inboxes: Array.from({ length: count }, () => ({ user_id: bob, after: 0 })) };
      const { inboxes } = await served.ask<InboxesResponse>('POST /internal/inboxes', { body });
      for (const { entries } of inboxes) expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, n) => n + 1));
      expect(Buffer.byteLength(JSON.stringify(inboxes))).toBeLessThan(16 * 1024 * 1024);
      return inboxes.map(({ entries }) => entries.length);
    };
    expect(await ask(2)).toEqual([10, 10]);
    const counts = await ask(LIMITS.inboxesPerCall);
    expect(counts[0]).toBe(LIMITS.inboxesEntries / LIMITS.inboxesPerCall);
    expect(counts.at(-1)).toBe(1);
  });

  it('answers the heads of many inboxes in one call, leaving out users without one', async () => {
    const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
    await storeAll(served.database, [directMessage(ann, bob), directMessage(bob, bob)]);
    const body = { user_ids: [ann, bob, eve] };
    expect(await served.ask('POST /internal/heads', { body })).toMatchObject({
      heads: { [ann]: 1, [bob]: 2 },
      epoch: expect.any(String) as string,
      features: ANNOUNCED_FEATURES,
    });
  });
});
