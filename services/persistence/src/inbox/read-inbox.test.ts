import { randomUUID } from 'node:crypto';
import { ANNOUNCED_FEATURES } from '@chat-app/protocol';
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
