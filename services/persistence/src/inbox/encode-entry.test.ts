import { randomUUID } from 'node:crypto';
import { decodeServerFrame } from '@chat-app/protocol';
import { directMessage, storeMessages } from '../../testing/embedded-context';
import { ServedRoutes } from '../../testing/served-routes';

describe('entries as clients are sent them', () => {
  const served = new ServedRoutes();

  it('are frames with type and number, with data and with fields that this version does not know', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const message = { ...directMessage(ann, bob), data: { a: [1, { b: null }] }, hue: 'blue' };
    await storeMessages(served.database, [message]);
    const { entries, frames, head, epoch } = await served.readInbox(bob);
    expect(frames).toEqual([{ type: 'message', seq: 1, ...message }]);
    expect(entries[0]).toMatchObject({ kind: 'message', seq: 1, event_id: message.message_id });
    expect([head, typeof epoch]).toEqual([1, 'string']);
  });

  it('tell every member of a change of title, data and roles, and of joins and leaves those concerned alone', async () => {
    const [ann, bob] = [randomUUID(), randomUUID()];
    const conversation_id = await served.createGroup(ann, bob);
    const patch = { caller: ann, params: { conversation_id } };
    await served.ask('PATCH /conversations/{conversation_id}', {
      ...patch,
      body: { title: 'Friday', data: { a: 1 } },
    });
    const member = { caller: ann, params: { conversation_id, user_id: bob } };
    const route = '/conversations/{conversation_id}/members/{user_id}';
    await served.ask(`PUT ${route}`, { ...member, body: { role: 'owner' } });
    await served.ask(`DELETE ${route}`, member);
    const common = { conversation_id, actor_id: ann };
    const both = [
      { type: 'joined', seq: 1, ...common },
      { type: 'conversation', seq: 2, ...common, title: 'Friday', data: { a: 1 } },
      { type: 'conversation', seq: 3, ...common, roles: { [bob]: 'owner' } },
    ];
    expect((await served.readInbox(ann)).frames).toMatchObject(both);
    const { entries, frames } = await served.readInbox(bob);
    expect(frames).toMatchObject([...both, { type: 'left', seq: 4, ...common, user_id: bob }]);
    expect(entries.map((entry) => entry.conversation_id)).toEqual(frames.map(() => conversation_id));
    for (const frame of frames) expect(decodeServerFrame(JSON.stringify(frame))).toMatchObject({ known: true });
    expect((await served.readInbox(ann)).frames[1]!['event_id']).toBe(frames[1]!['event_id']);
  });

  it('have the same id each time where they were written before entries had one', async () => {
    const [ann, conversation_id] = [randomUUID(), randomUUID()];
    const text = `with head as (insert into chat.inbox_heads values ($1, 2))
      insert into chat.inbox (user_id, seq, kind, conversation_id) values ($1, 1, 1, $2), ($1, 2, 2, $2)`;
    await served.database.query({ name: 'before', text }, [ann, conversation_id]);
    const { frames } = await served.readInbox(ann);
    expect(frames).toMatchObject([
      { type: 'joined', seq: 1, conversation_id, user_id: ann },
      { type: 'left', seq: 2, conversation_id, user_id: ann },
    ]);
    expect((await served.readInbox(ann)).frames).toEqual(frames);
    expect(new Set(frames.map((frame) => frame['event_id'])).size).toBe(2);
    for (const frame of frames) expect(decodeServerFrame(JSON.stringify(frame))).toMatchObject({ known: true });
  });

  it('are nothing but a number where their event is gone, and never a join', async () => {
    const [ann, conversation_id, event_id] = [randomUUID(), randomUUID(), randomUUID()];
    const text = `with head as (insert into chat.inbox_heads (user_id, last_seq) values ($1, 1))
      insert into chat.inbox (user_id, seq, kind, conversation_id, event_id) values ($1, 1, 3, $2, $3)`;
    await served.database.query({ name: 'gone', text }, [ann, conversation_id, event_id]);
    const { frames } = await served.readInbox(ann);
    expect(frames).toEqual([{ type: 'expired', seq: 1, event_id, conversation_id }]);
  });

  it('of a kind that this version does not know are passed on whole', async () => {
    const [ann, conversation_id, event_id] = [randomUUID(), randomUUID(), randomUUID()];
    const record = { kind: 'x-of-tomorrow', event_id, conversation_id, hands: 2 };
    const text = `with head as (insert into chat.inbox_heads values ($1, 1)), event as (
        insert into chat.events (id, conversation_id, kind, actor_id, body, at) values ($3, $2, 'x-of-tomorrow', $1, $4, now()))
      insert into chat.inbox (user_id, seq, kind, conversation_id, event_id) values ($1, 1, 99, $2, $3)`;
    await served.database.query({ name: 'tomorrow', text }, [ann, conversation_id, event_id, JSON.stringify(record)]);
    const { entries, frames } = await served.readInbox(ann);
    expect(entries[0]).toMatchObject({ kind: 'x-of-tomorrow', seq: 1, event_id, conversation_id });
    expect(frames).toEqual([{ type: 'x-of-tomorrow', seq: 1, event_id, conversation_id, hands: 2 }]);
  });
});
