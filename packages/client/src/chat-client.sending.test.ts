import { refused, USER_1, USER_2, type FakeConnection, type Frame } from '../testing/fake-server';
import { memoryStorage, session } from '../testing/recorded-client';
import {
  acceptedFor,
  codeOf,
  contents,
  CONVERSATION,
  incoming,
  SENT_AT,
  uuid,
  sceneForEachTest,
} from '../testing/scene';
import type { OutboundMessage } from './messages/outgoing';

const scene = sceneForEachTest();

describe('sending', () => {
  it('tells what becomes of a message: sending, accepted, stored', async () => {
    const { client, connection, events } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    const frame = await connection.next('send');
    expect(frame).toEqual({ type: 'send', id: sent.id, recipient_id: USER_2, content: 'hello' });
    connection.send(acceptedFor(frame));
    expect(await client.settle(sent.id)).toMatchObject({
      state: 'accepted',
      sent_at: SENT_AT,
      message_id: sent.message_id,
    });
    connection.send({ type: 'stored', from: 1, message_ids: [sent.message_id] });
    await client.settle(sent.id, 'stored');
    expect(events.message_state.all.map((change) => change.state)).toEqual(['sending', 'accepted', 'stored']);
    expect(client.pending).toEqual([]);
  });

  it('sends at once what a listener of the welcome sends', async () => {
    const storage = memoryStorage();
    const { client, events } = await scene.start({ storage });
    client.on('missed', () => client.send({ recipient_id: USER_2, content: 'what did I miss?' }));
    const connection = await scene.server.connection();
    connection.welcome({ seq: 7, skipped: 7 });
    expect((await connection.next('send'))['content']).toBe('what did I miss?');
    expect(events.connection.all.filter(({ state }) => state === 'connecting')).toHaveLength(1);
  });

  it('takes messages while offline and sends them once online', async () => {
    const { client } = await scene.start();
    client.send({ recipient_id: USER_2, content: 'early' });
    const connection = await scene.server.connection();
    expect(connection.ofType('send')).toEqual([]);
    connection.welcome();
    expect((await connection.next('send'))['content']).toBe('early');
  });

  it('sends again with the same id what was not answered before a cut, until it is accepted', async () => {
    const { client, connection } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    connection.socket.terminate();
    for (let cut = 0; cut < 3; cut += 1) {
      const next = await scene.server.connection();
      next.welcome();
      expect(await next.next('send')).toMatchObject({ id: sent.id, content: 'hello' });
      next.socket.terminate();
    }
    const last = await scene.server.connection();
    last.welcome();
    last.send(acceptedFor(await last.next('send')));
    await client.settle(sent.id);
    expect(client.pending).toEqual([]);
  });

  it('sends again with the same id after a rejection for the moment, not before retry_after_ms', async () => {
    const { client, connection, events } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    const first = await connection.next('send');
    const rejectedAt = Date.now();
    connection.send({
      type: 'rejected',
      id: first['id'],
      code: 'unavailable',
      message: 'not now',
      retryable: true,
      retry_after_ms: 80,
    });
    const second = await connection.next('send');
    expect(Date.now() - rejectedAt).toBeGreaterThanOrEqual(78);
    expect(second).toEqual(first);
    connection.send(acceptedFor(second));
    await client.settle(sent.id);
    expect(events.message_state.all.map((change) => change.state)).toEqual(['sending', 'accepted']);
  });

  it('gives up a message that is refused for good, says why, and goes on with the next', async () => {
    const { client, connection, events } = await scene.online();
    const bad = client.send({ recipient_id: USER_2, content: 'bad' });
    const good = client.send({ recipient_id: USER_2, content: 'good' });
    const frame = await connection.next('send');
    connection.send({
      type: 'rejected',
      id: frame['id'],
      code: 'unknown_recipient',
      message: 'who?',
      retryable: false,
    });
    await expect(client.settle(bad.id)).rejects.toMatchObject({ code: 'unknown_recipient' });
    expect(events.message_state.all).toContainEqual(
      expect.objectContaining({ id: bad.id, state: 'failed', code: 'unknown_recipient', reason: 'who?' }),
    );
    expect((await connection.next('send'))['id']).toBe(good.id);
  });

  it('refreshes the token and sends again where a send is refused because of it', async () => {
    scene.server.http.set('POST /refresh', () => ({ status: 200, body: session(600, 'token-2') }));
    const { client, connection } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    connection.send({ type: 'rejected', id: sent.id, code: 'token_expired', message: 'old', retryable: false });
    await connection.next('authenticate');
    expect((await connection.next('send'))['id']).toBe(sent.id);
  });

  it('sends again in time although the clock of the machine goes back an hour meanwhile', async () => {
    const { client, connection, events } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    const busy = { type: 'rejected', code: 'rate_limited', message: 'later', retryable: true, retry_after_ms: 500 };
    connection.send({ ...busy, id: (await connection.next('send'))['id'] });
    // Once this is told the rejection was read: the send waits.
    connection.send({ type: 'error', code: 'unknown_type', message: 'what?' });
    await events.fault.next();
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    try {
      expect((await connection.next('send'))['id']).toBe(sent.id);
    } finally {
      clock.mockRestore();
    }
  });

  it('sends a conversation without waiting for answers where the server keeps its order, and goes at its pace', async () => {
    const { client, connection } = await scene.online(
      { sendBackoff: { firstMs: 1, maxMs: 1 } },
      { features: ['after'] },
    );
    const ids = Array.from({ length: 4 }, (_, n) => client.send({ recipient_id: USER_2, content: String(n) }).id);
    const frames = await Promise.all(ids.map(() => connection.next('send')));
    expect(frames.map((frame) => [frame['id'], frame['after']])).toEqual(ids.map((id, n) => [id, ids[n - 1]]));
    const [first, second] = frames as [Frame, Frame];
    connection.send(acceptedFor(first));
    const limited = { type: 'rejected', code: 'rate_limited', message: 'slower', retryable: true, retry_after_ms: 40 };
    connection.send({ ...limited, id: second['id'] });
    const late = { type: 'rejected', code: 'out_of_order', message: 'after', retryable: true, retry_after_ms: 1_000 };
    connection.send({ ...late, id: ids[2] }, { ...late, id: ids[3] });
    const began = performance.now();
    for (const id of ids.slice(1)) {
      const frame = await connection.next('send');
      expect(frame['id']).toBe(id);
      connection.send(acceptedFor(frame));
    }
    // The first at once after the wait that was asked for, the others one interval after each other.
    expect(performance.now() - began).toBeGreaterThanOrEqual(100);
    await client.settle(ids[3] as string);
    expect(client.pending).toEqual([]);
  });

  it('sends what an application hangs on a message, to a server that keeps it', async () => {
    const { client, connection } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello', data: { hue: 'blue' } });
    expect(sent.message_id).not.toBe(client.send({ recipient_id: USER_2, content: 'hello' }).message_id);
    connection.socket.close(1012);
    const next = await scene.server.connection();
    next.welcome({ features: ['data'] });
    expect(await next.next('send')).toEqual({
      type: 'send',
      id: sent.id,
      recipient_id: USER_2,
      content: 'hello',
      data: { hue: 'blue' },
    });
    expect(connection.ofType('send')).toEqual([]);
  });

  it('keeps the order within a conversation over cuts and rejections', async () => {
    const { client, connection } = await scene.online();
    for (let n = 0; n < 5; n += 1) client.send({ recipient_id: USER_2, content: String(n) });
    const accepted: unknown[] = [];
    const accept = async (on: FakeConnection): Promise<void> => {
      const frame = await on.next('send');
      accepted.push(frame['content']);
      on.send(acceptedFor(frame));
    };
    await accept(connection);
    const rejected = await connection.next('send');
    connection.send({ type: 'rejected', id: rejected['id'], code: 'overloaded', message: 'later', retryable: true });
    await accept(connection);
    await connection.next('send');
    connection.socket.close(1012);
    const second = await scene.server.connection();
    second.welcome();
    for (let n = 0; n < 3; n += 1) await accept(second);
    expect(accepted).toEqual(['0', '1', '2', '3', '4']);
  });

  it('has no more unanswered sends than the server allows', async () => {
    const limits = { frame_bytes: 65_536, content_bytes: 16_384, unacknowledged_sends: 2 };
    const { client, connection } = await scene.online({}, { limits, seq: 0 });
    for (let n = 1; n <= 4; n += 1) client.send({ conversation_id: uuid(n), content: String(n) });
    await connection.next('send');
    const second = await connection.next('send');
    connection.send(incoming(9, 1));
    // It is confirmed behind all that the client would have sent by then.
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
    expect(contents(connection.ofType('send'))).toEqual(['1', '2']);
    connection.send({ ...acceptedFor(second), conversation_id: uuid(2) });
    expect((await connection.next('send'))['content']).toBe('3');
  });

  it('refuses at once what the server would refuse for good', async () => {
    const limits = { frame_bytes: 65_536, content_bytes: 4, unacknowledged_sends: 256 };
    const { client } = await scene.online({}, { limits });
    const refusal = (message: OutboundMessage): unknown => codeOf(() => client.send(message));
    expect(refusal({ recipient_id: USER_2, content: '' })).toBe('content_empty');
    expect(refusal({ recipient_id: USER_2, content: 'too long' })).toBe('content_too_large');
    expect(refusal({ recipient_id: USER_2, content: '\u0000' })).toBe('content_invalid');
    expect(refusal({ content: 'x' })).toBe('invalid_request');
    expect(refusal({ recipient_id: USER_2, conversation_id: CONVERSATION, content: 'x' })).toBe('invalid_request');
    expect(refusal({ recipient_id: USER_2, content: 'x', id: 'x'.repeat(129) })).toBe('invalid_request');
    expect(refusal({ recipient_id: USER_2, content: 'x', data: { x: 'x'.repeat(4_096) } })).toBe('invalid_request');
    expect(refusal({ recipient_id: USER_2, content: 'x', data: [] as never })).toBe('invalid_request');
    expect(client.pending).toEqual([]);
  });

  it('is bounded: a full outbox refuses', async () => {
    const { client } = await scene.start({ outboxCapacity: 2 });
    client.send({ recipient_id: USER_2, content: '1' });
    client.send({ recipient_id: USER_2, content: '2' });
    expect(codeOf(() => client.send({ recipient_id: USER_2, content: '3' }))).toBe('outbox_full');
  });

  it('takes one message once under one id, and refuses another message under it', async () => {
    const { client } = await scene.start();
    const sent = client.send({ recipient_id: USER_2, content: 'x', id: 'mine' });
    expect(client.send({ recipient_id: USER_2, content: 'x', id: 'mine' })).toEqual(sent);
    expect(client.pending).toHaveLength(1);
    expect(codeOf(() => client.send({ recipient_id: USER_2, content: 'y', id: 'mine' }))).toBe('duplicate_id');
  });

  it('takes a send that is not answered for a dead connection, and makes a new one', async () => {
    const { client, connection } = await scene.online({ answerTimeoutMs: 50 });
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    const next = await scene.server.connection();
    next.welcome();
    expect((await next.next('send'))['id']).toBe(sent.id);
  });

  it('lets a send that is not answered wait on the next connection too, while others go', async () => {
    const sendBackoff = { firstMs: 60_000, maxMs: 60_000, jitter: 'half' as const };
    const { client, connection } = await scene.online({ answerTimeoutMs: 50, sendBackoff });
    const silent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    const next = await scene.server.connection();
    next.welcome();
    const other = client.send({ recipient_id: USER_1, content: 'a note' });
    expect((await next.next('send'))['id']).toBe(other.id);
    expect(client.pending.map(({ id }) => id)).toEqual([silent.id, other.id]);
    client.send({ recipient_id: USER_1, content: 'another' });
    next.send(acceptedFor({ type: 'send', id: other.id, recipient_id: USER_1 }));
    expect((await next.next('send'))['content']).toBe('another');
  });

  it('keeps the outbox in the storage: a restarted client sends what the one before could not', async () => {
    const storage = memoryStorage();
    const first = await scene.start({ storage });
    const sent = first.client.send({ recipient_id: USER_2, content: 'before the restart' });
    await first.client.close();
    const { client, connection } = await scene.online({ storage });
    expect(client.pending.map((each) => each.id)).toEqual([sent.id]);
    const frame = await connection.next('send');
    expect(frame).toMatchObject({ id: sent.id, content: 'before the restart' });
    connection.send(acceptedFor(frame));
    await client.settle(sent.id);
    await client.flush();
    expect(storage.items.get(`chat-app.${USER_1}.outbox`)).toBe('[]');
  });

  it('keeps what was written offline when the session ends meanwhile, for the same user and nobody else', async () => {
    const storage = memoryStorage();
    const first = await scene.online({ storage });
    scene.server.refuseHandshakes = 401;
    scene.server.http.set('POST /refresh', () => refused(401, 'refresh_token_invalid', false));
    first.connection.socket.terminate();
    const sent = first.client.send({ recipient_id: USER_2, content: 'written offline' });
    await first.events.connection.next((status) => status.state === 'signed_out');
    await first.client.close();

    scene.server.refuseHandshakes = undefined;
    const other = await scene.online({ storage, session: { ...session(), user_id: USER_2 } });
    expect(other.client.pending).toEqual([]);
    await other.client.close();
    expect(other.connection.ofType('send')).toEqual([]);

    const { client, connection } = await scene.online({ storage, session: session(600, 'new', 'new') });
    expect(client.pending.map((each) => each.content)).toEqual(['written offline']);
    const frame = await connection.next('send');
    expect(frame).toMatchObject({ id: sent.id, content: 'written offline' });
    connection.send(acceptedFor(frame));
    await client.settle(sent.id);
  });

  it('learns from its own inbox that a send arrived whose answer was lost', async () => {
    const { client, connection, events } = await scene.online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    connection.socket.terminate();
    const next = await scene.server.connection();
    next.welcome();
    next.send({
      ...incoming(1, 1),
      message_id: sent.message_id,
      sender_id: USER_1,
      recipient_id: USER_2,
      content: 'hello',
    });
    await client.settle(sent.id, 'stored');
    expect(client.pending).toEqual([]);
    expect(events.message.all).toEqual([]);
  });

  describe('a change of a message that the server does not find', () => {
    const FEATURES = { features: ['deleted', 'edited', 'message', 'reacted'] };
    const unknown = (connection: FakeConnection, { id }: Frame) =>
      connection.send({ type: 'rejected', id, code: 'unknown_message', message: '', retryable: false });

    it('is tried again while the message may not be stored yet, and not after', async () => {
      const { client, connection, events } = await scene.online({}, FEATURES);
      const { id, message_id } = client.send({ recipient_id: USER_2, content: 'helo' });
      connection.send(acceptedFor(await connection.next('send')));
      await client.settle(id);
      const edit = client.edit({ recipient_id: USER_2, message_id, content: 'hello' });
      unknown(connection, await connection.next('edit'));
      const second = await connection.next('edit');
      expect(second['id']).toBe(edit.id);
      // It was asked for before that.
      connection.send({ type: 'stored', from: 1, message_ids: [message_id] });
      unknown(connection, second);
      unknown(connection, await connection.next('edit'));
      const failed = await events.change_state.next(({ state }) => state === 'failed');
      expect(failed).toMatchObject({ id: edit.id, code: 'unknown_message' });
      expect(client.pending).toEqual([]);
    });

    it('is tried again where the message of somebody else came live, not where it came from the inbox', async () => {
      const { client, connection, events } = await scene.online({}, FEATURES);
      connection.send(incoming(1), incoming(2, 1));
      await events.message.next(({ message_id }) => message_id === uuid(2));
      const react = (n: number) => client.react({ recipient_id: USER_2, message_id: uuid(n), emoji: '👍', on: true });
      const live = react(1);
      unknown(connection, await connection.next('react'));
      const again = await connection.next('react');
      expect(again['id']).toBe(live.id);
      connection.send({ ...acceptedFor(again), message_id: live.message_id });
      await client.settle(live.id);
      const entry = react(2);
      unknown(connection, await connection.next('react'));
      expect(await events.change_state.next(({ state }) => state === 'failed')).toMatchObject({ id: entry.id });
    });
  });
});
