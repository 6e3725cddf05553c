import { FakeServer, USER_1, USER_2, refused, type FakeConnection, type Frame } from '../testing/fake-server';
import { memoryStorage, session, startClient, type RecordedClient } from '../testing/recorded-client';
import { directConversationId, messageId } from '@chat-app/protocol';
import { WebSocket } from 'ws';
import type { ChatError } from './errors';
import type { OutboundMessage } from './messages/send-messages';
import type { ChatClientOptions } from './options';

const CONVERSATION = directConversationId(USER_1, USER_2);
const sentAt = '2026-01-02T03:04:05.678Z';
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const incoming = (n: number, seq?: number) => ({
  type: 'message',
  message_id: uuid(n),
  conversation_id: CONVERSATION,
  sender_id: USER_2,
  recipient_id: USER_1,
  content: `message ${n}`,
  sent_at: sentAt,
  ...(seq !== undefined && { seq }),
});
const acceptedFor = (frame: Frame) => ({
  type: 'accepted',
  id: frame['id'],
  message_id: messageId({
    sender_id: USER_1,
    conversation_id: CONVERSATION,
    id: String(frame['id']),
    content: String(frame['content']),
  }),
  conversation_id: CONVERSATION,
  sent_at: sentAt,
});
const contents = (frames: Frame[]): unknown[] => frames.map((frame) => frame['content']);

/** A WebSocket that has the interface of browsers and no more. */
class BrowserSocket {
  private readonly socket: WebSocket;

  constructor(url: string, protocols: string[]) {
    this.socket = new WebSocket(url, protocols);
  }

  get readyState(): number {
    return this.socket.readyState;
  }

  send(text: string): void {
    this.socket.send(text);
  }

  close(code?: number, reason?: string): void {
    if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) throw new Error('InvalidAccessError');
    this.socket.close(code, reason);
  }

  addEventListener(type: 'message', listener: (event: never) => void): void {
    this.socket.addEventListener(type, listener as never);
  }
}

/** The code that a call throws. */
function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return (thrown as ChatError).code;
  }
  return undefined;
}

let server: FakeServer;
const clients: RecordedClient[] = [];

beforeEach(async () => {
  server = await FakeServer.start();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ client }) => client.close()));
  await server.close();
});

async function start(options: Partial<ChatClientOptions> = {}): Promise<RecordedClient> {
  const started = await startClient(server.url, options);
  clients.push(started);
  return started;
}

async function online(
  options: Partial<ChatClientOptions> = {},
  welcome: Record<string, unknown> = {},
): Promise<RecordedClient & { connection: FakeConnection }> {
  const started = await start(options);
  const connection = await server.connection();
  connection.welcome(welcome);
  await started.events.connection.next((status) => status.state === 'online');
  return { ...started, connection };
}

describe('connecting', () => {
  it('offers chat.v1 and its token as subprotocols and names its device', async () => {
    const { connection, client } = await online({ deviceId: 'phone' });
    expect(connection.token).toBe('token-1');
    expect(connection.deviceId).toBe('phone');
    expect(connection.socket.protocol).toBe('chat.v1');
    expect(client.state).toBe('online');
  });

  it('logs in with credentials, and says so where they are wrong', async () => {
    server.http.set('POST /login', (body) =>
      body['password'] === 'pwd1'
        ? { status: 200, body: session(600, 'logged-in') }
        : refused(401, 'wrong_credentials', false),
    );
    const started = start({ credentials: { username: 'user1', password: 'pwd1' } });
    expect((await server.connection()).token).toBe('logged-in');
    await started;
    await expect(start({ credentials: { username: 'user1', password: 'no' } })).rejects.toMatchObject({
      code: 'wrong_credentials',
    });
  });

  it('connects again after a cut, with backoff, and says which state it is in', async () => {
    const { connection, events } = await online();
    connection.socket.terminate();
    const waiting = await events.connection.next((status) => status.state === 'waiting');
    expect(waiting).toMatchObject({ code: 1006 });
    expect(waiting.retry_in_ms).toBeLessThan(40);
    (await server.connection()).welcome();
    await events.connection.next((status) => status.state === 'online');
    expect(events.connection.all.map((status) => status.state)).toEqual([
      'connecting',
      'online',
      'waiting',
      'connecting',
      'online',
    ]);
  });

  it.each([1012, 4000, 4002, 4004])('connects again after close code %i', async (code) => {
    const { connection } = await online();
    connection.socket.close(code);
    await server.connection();
  });

  it.each([1008, 1009, 4501, 4502])('does not connect again after close code %i', async (code) => {
    const { connection, events, client } = await online();
    connection.socket.close(code, 'because');
    expect(await events.connection.next((status) => status.state === 'refused')).toMatchObject({
      code,
      reason: 'because',
    });
    client.reconnect();
    expect(client.state).toBe('refused');
    expect(server.handshakes).toBe(1);
  });

  it('is signed out after close code 4500', async () => {
    const { connection, events } = await online();
    connection.socket.close(4500);
    await events.connection.next((status) => status.state === 'signed_out');
    expect(server.handshakes).toBe(1);
  });

  it('follows a server that asks it to reconnect, after the delay it was given', async () => {
    const { connection } = await online();
    const asked = Date.now();
    connection.send({ type: 'reconnect', after_ms: 60 });
    await server.connection();
    expect(Date.now() - asked).toBeGreaterThanOrEqual(55);
    expect(await connection.closed).toBe(1000);
  });

  it('gives up a connection on which no welcome comes', async () => {
    const { events } = await start({ welcomeTimeoutMs: 50 });
    await server.connection();
    expect(await events.connection.next((status) => status.state === 'waiting')).toMatchObject({ code: 4002 });
    await server.connection();
  });

  it('notices the silence of two ping intervals where it can see pings', async () => {
    const { connection, events } = await online({}, { ping_interval_ms: 60 });
    connection.socket.ping();
    expect(await events.connection.next((status) => status.state === 'waiting')).toMatchObject({ code: 4002 });
    await server.connection();
  });

  it('stays while pings come', async () => {
    const { connection, client } = await online({}, { ping_interval_ms: 60 });
    for (let count = 0; count < 6; count += 1) {
      connection.socket.ping();
      await new Promise((resolve) => connection.socket.once('pong', () => setTimeout(resolve, 40)));
    }
    expect(client.state).toBe('online');
    expect(server.handshakes).toBe(1);
  });

  it('needs nothing of a WebSocket but what browsers have', async () => {
    const { client, connection, events } = await online(
      { WebSocket: BrowserSocket, answerTimeoutMs: 100 },
      { ping_interval_ms: 20 },
    );
    connection.send(incoming(1, 1));
    await events.message.next();
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
    // Pings cannot be seen: their silence means nothing. A send that stays unanswered does.
    expect(client.state).toBe('online');
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    const next = await server.connection();
    next.welcome({ seq: 1 });
    expect((await next.next('send'))['id']).toBe(sent.id);
    expect(server.handshakes).toBe(2);
  });

  it('ignores frames that it does not know or cannot read', async () => {
    const { connection, events } = await online();
    connection.socket.send('not json');
    connection.socket.send(Buffer.from([1, 2, 3]));
    connection.send({ type: 'presence', user_id: USER_2 }, { type: 'message', message_id: 5 }, incoming(1));
    expect((await events.message.next()).content).toBe('message 1');
    expect(events.message.all).toHaveLength(1);
  });

  it('reports what cannot be a WebSocket address as refused', async () => {
    const { events } = await start({ websocketUrl: 'nonsense://x' });
    await events.connection.next((status) => status.state === 'refused');
  });
});

describe('tokens', () => {
  it('refreshes before the token expires and authenticates in place', async () => {
    server.http.set('POST /refresh', (body) => ({
      status: 200,
      body: session(600, `after ${String(body['refresh_token'])}`, 'refresh-2'),
    }));
    const { connection, events } = await online();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    expect((await connection.next('authenticate'))['token']).toBe('after refresh-1');
    expect(await events.session.next()).toMatchObject({ refresh_token: 'refresh-2' });
    expect(server.handshakes).toBe(1);
  });

  it('uses a refresh token once, however many need a newer token', async () => {
    let refreshes = 0;
    server.http.set('POST /refresh', () => ({ status: 200, body: session(600, `token-${++refreshes + 1}`) }));
    server.http.set('GET /users', (_body, request) =>
      request.headers.authorization === 'Bearer token-2'
        ? { status: 200, body: { user_id: USER_2, username: 'user2' } }
        : refused(401, 'token_expired', false),
    );
    const { client, connection } = await online();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    const found = await Promise.all([client.findUser('user2'), client.findUser('user2'), client.findUser('user2')]);
    expect(found.map((user) => user.user_id)).toEqual([USER_2, USER_2, USER_2]);
    expect(refreshes).toBe(1);
  });

  it('tries a refresh again that failed for the moment', async () => {
    let tries = 0;
    server.http.set('POST /refresh', () =>
      ++tries === 1 ? refused(503, 'unavailable', true) : { status: 200, body: session(600, 'token-2') },
    );
    const { connection } = await online();
    connection.send({ type: 'token_expiring', after_ms: 5_000 });
    expect((await connection.next('authenticate'))['token']).toBe('token-2');
    expect(tries).toBe(2);
  });

  it('is signed out where the refresh token is refused', async () => {
    server.http.set('POST /refresh', () => refused(401, 'refresh_token_reused', false));
    const { connection, events } = await online();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    expect(await events.connection.next((status) => status.state === 'signed_out')).toMatchObject({
      reason: 'refresh_token_reused',
    });
    await connection.closed;
  });

  it('refreshes before it connects again after 4001', async () => {
    server.http.set('POST /refresh', () => ({ status: 200, body: session(600, 'token-2') }));
    const { connection } = await online();
    connection.socket.close(4001);
    expect((await server.connection()).token).toBe('token-2');
  });

  it('refreshes before it connects with a token that expired', async () => {
    server.http.set('POST /refresh', () => ({ status: 200, body: session(600, 'token-2') }));
    await start({ session: session(-1) });
    expect((await server.connection()).token).toBe('token-2');
  });

  it('finds out that it is signed out where handshakes are refused and nobody says why', async () => {
    server.refuseHandshakes = 401;
    server.http.set('POST /refresh', () => refused(401, 'refresh_token_invalid', false));
    const { events } = await start();
    await events.connection.next((status) => status.state === 'signed_out');
    expect(server.handshakes).toBe(2);
  });

  it('asks getToken for each newer token', async () => {
    const claims = Buffer.from(JSON.stringify({ sub: USER_1, exp: Date.now() / 1_000 + 600 })).toString('base64url');
    let asked = 0;
    const { client } = await start({ getToken: () => `h.${claims}.${++asked}` });
    const connection = await server.connection();
    expect(connection.token).toBe(`h.${claims}.1`);
    expect(client.userId).toBe(USER_1);
    connection.welcome();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    expect((await connection.next('authenticate'))['token']).toBe(`h.${claims}.2`);
  });
});

describe('sending', () => {
  it('tells what becomes of a message: sending, accepted, stored', async () => {
    const { client, connection, events } = await online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    const frame = await connection.next('send');
    expect(frame).toEqual({ type: 'send', id: sent.id, recipient_id: USER_2, content: 'hello' });
    connection.send(acceptedFor(frame));
    expect(await client.settle(sent.id)).toMatchObject({
      state: 'accepted',
      sent_at: sentAt,
      message_id: sent.message_id,
    });
    connection.send({ type: 'stored', from: 1, message_ids: [sent.message_id] });
    await client.settle(sent.id, 'stored');
    expect(events.message_state.all.map((change) => change.state)).toEqual(['sending', 'accepted', 'stored']);
    expect(client.pending).toEqual([]);
  });

  it('takes messages while offline and sends them once online', async () => {
    const { client } = await start();
    client.send({ recipient_id: USER_2, content: 'early' });
    const connection = await server.connection();
    expect(connection.ofType('send')).toEqual([]);
    connection.welcome();
    expect((await connection.next('send'))['content']).toBe('early');
  });

  it('sends again with the same id what was not answered before a cut, until it is accepted', async () => {
    const { client, connection } = await online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    connection.socket.terminate();
    for (let cut = 0; cut < 3; cut += 1) {
      const next = await server.connection();
      next.welcome();
      expect(await next.next('send')).toMatchObject({ id: sent.id, content: 'hello' });
      next.socket.terminate();
    }
    const last = await server.connection();
    last.welcome();
    last.send(acceptedFor(await last.next('send')));
    await client.settle(sent.id);
    expect(client.pending).toEqual([]);
  });

  it('sends again with the same id after a rejection for the moment, not before retry_after_ms', async () => {
    const { client, connection, events } = await online();
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
    const { client, connection, events } = await online();
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
    server.http.set('POST /refresh', () => ({ status: 200, body: session(600, 'token-2') }));
    const { client, connection } = await online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    connection.send({ type: 'rejected', id: sent.id, code: 'token_expired', message: 'old', retryable: false });
    await connection.next('authenticate');
    expect((await connection.next('send'))['id']).toBe(sent.id);
  });

  it('keeps the order within a conversation over cuts and rejections', async () => {
    const { client, connection } = await online();
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
    const second = await server.connection();
    second.welcome();
    for (let n = 0; n < 3; n += 1) await accept(second);
    expect(accepted).toEqual(['0', '1', '2', '3', '4']);
  });

  it('has no more unanswered sends than the server allows', async () => {
    const limits = { frame_bytes: 65_536, content_bytes: 16_384, unacknowledged_sends: 2 };
    const { client, connection } = await online({}, { limits });
    for (let n = 1; n <= 4; n += 1) client.send({ conversation_id: uuid(n), content: String(n) });
    await connection.next('send');
    const second = await connection.next('send');
    connection.send(incoming(9));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(contents(connection.ofType('send'))).toEqual(['1', '2']);
    connection.send({ ...acceptedFor(second), conversation_id: uuid(2) });
    expect((await connection.next('send'))['content']).toBe('3');
  });

  it('refuses at once what the server would refuse for good', async () => {
    const limits = { frame_bytes: 65_536, content_bytes: 4, unacknowledged_sends: 256 };
    const { client } = await online({}, { limits });
    const refusal = (message: OutboundMessage): unknown => codeOf(() => client.send(message));
    expect(refusal({ recipient_id: USER_2, content: '' })).toBe('content_empty');
    expect(refusal({ recipient_id: USER_2, content: 'too long' })).toBe('content_too_large');
    expect(refusal({ recipient_id: USER_2, content: '\u0000' })).toBe('content_invalid');
    expect(refusal({ content: 'x' })).toBe('invalid_request');
    expect(refusal({ recipient_id: USER_2, conversation_id: CONVERSATION, content: 'x' })).toBe('invalid_request');
    expect(refusal({ recipient_id: USER_2, content: 'x', id: 'x'.repeat(129) })).toBe('invalid_request');
    expect(client.pending).toEqual([]);
  });

  it('is bounded: a full outbox refuses', async () => {
    const { client } = await start({ outboxCapacity: 2 });
    client.send({ recipient_id: USER_2, content: '1' });
    client.send({ recipient_id: USER_2, content: '2' });
    expect(codeOf(() => client.send({ recipient_id: USER_2, content: '3' }))).toBe('outbox_full');
  });

  it('takes one message once under one id, and refuses another message under it', async () => {
    const { client } = await start();
    const sent = client.send({ recipient_id: USER_2, content: 'x', id: 'mine' });
    expect(client.send({ recipient_id: USER_2, content: 'x', id: 'mine' })).toEqual(sent);
    expect(client.pending).toHaveLength(1);
    expect(codeOf(() => client.send({ recipient_id: USER_2, content: 'y', id: 'mine' }))).toBe('duplicate_id');
  });

  it('takes a send that is not answered for a dead connection, and makes a new one', async () => {
    const { client, connection } = await online({ answerTimeoutMs: 50 });
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    const next = await server.connection();
    next.welcome();
    expect((await next.next('send'))['id']).toBe(sent.id);
  });

  it('keeps the outbox in the storage: a restarted client sends what the one before could not', async () => {
    const storage = memoryStorage();
    const first = await start({ storage });
    const sent = first.client.send({ recipient_id: USER_2, content: 'before the restart' });
    await first.client.close();
    const { client, connection } = await online({ storage });
    expect(client.pending.map((each) => each.id)).toEqual([sent.id]);
    const frame = await connection.next('send');
    expect(frame).toMatchObject({ id: sent.id, content: 'before the restart' });
    connection.send(acceptedFor(frame));
    await client.settle(sent.id);
    await client.flush();
    expect(storage.items.get(`chat-app.${USER_1}.outbox`)).toBe('[]');
  });

  it('learns from its own inbox that a send arrived whose answer was lost', async () => {
    const { client, connection } = await online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    await connection.next('send');
    connection.socket.terminate();
    const next = await server.connection();
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
    expect(clients[0]!.events.message.all).toEqual([]);
  });
});

describe('receiving', () => {
  it('shows a message once, however often it comes', async () => {
    const { connection, events } = await online();
    connection.send(incoming(1), incoming(1), incoming(1, 1), incoming(2, 2));
    await events.message.next((message) => message.message_id === uuid(2));
    connection.socket.terminate();
    const next = await server.connection();
    next.welcome();
    next.send(incoming(1, 1), incoming(2, 2), incoming(3, 3));
    await events.message.next((message) => message.message_id === uuid(3));
    expect(events.message.all.map((message) => message.message_id)).toEqual([uuid(1), uuid(2), uuid(3)]);
    expect(events.message.all[0]).toEqual({ ...incoming(1), type: undefined });
  });

  it('shows a message once over a restart with the same storage, and resumes as the same device', async () => {
    const storage = memoryStorage();
    const first = await online({ storage });
    first.connection.send(incoming(1, 1), incoming(2));
    await first.events.message.next((message) => message.message_id === uuid(2));
    await first.client.close();
    const second = await online({ storage }, { seq: 1 });
    expect(second.connection.deviceId).toBe(first.connection.deviceId);
    second.connection.send(incoming(2, 2), incoming(3, 3));
    await second.events.message.next((message) => message.message_id === uuid(3));
    expect(second.events.message.all.map((message) => message.message_id)).toEqual([uuid(3)]);
  });

  it('shows messages of its user’s other devices, and not its own again', async () => {
    const { client, connection, events } = await online();
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    connection.send(acceptedFor(await connection.next('send')));
    connection.send({ ...incoming(1), message_id: sent.message_id, sender_id: USER_1, seq: 1 });
    connection.send({ ...incoming(2), sender_id: USER_1, content: 'from my phone', seq: 2 });
    expect((await events.message.next()).content).toBe('from my phone');
    expect(events.message.all).toHaveLength(1);
  });

  it('confirms what arrived, coalesced and cumulative', async () => {
    const { connection } = await online({ confirmAfterMs: 50 }, { seq: 10 });
    for (let n = 1; n <= 20; n += 1) connection.send(incoming(n, 10 + n));
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 30);
    expect(connection.ofType('received').length).toBeLessThanOrEqual(2);
  });

  it('confirms after fifty entries without waiting for the timer', async () => {
    const { connection } = await online({ confirmAfterMs: 60_000 }, { seq: 0 });
    for (let n = 1; n <= 50; n += 1) connection.send(incoming(n, n));
    // The beginning of a new device's inbox counts as an entry to confirm.
    expect(await connection.next('received')).toEqual({ type: 'received', seq: 49 });
  });

  it('confirms live messages once their numbers are told', async () => {
    const { connection, events } = await online({}, { seq: 4 });
    expect(await connection.next('received')).toEqual({ type: 'received', seq: 4 });
    connection.send(incoming(1), incoming(2));
    await events.message.next((message) => message.message_id === uuid(2));
    connection.send({ type: 'stored', from: 5, message_ids: [uuid(1), uuid(2)] });
    expect(await connection.next('received')).toEqual({ type: 'received', seq: 6 });
  });

  it('never confirms past an entry that did not come, and makes a new connection to get it', async () => {
    const { connection } = await online({ holeTimeoutMs: 80 }, { seq: 0 });
    connection.send(incoming(1, 1), incoming(3, 3), { type: 'stored', from: 4, message_ids: [uuid(4)] });
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
    const next = await server.connection();
    expect(connection.ofType('received').map((frame) => frame['seq'])).not.toContain(3);
    next.welcome({ seq: 1 });
    next.send(incoming(2, 2), incoming(3, 3), incoming(4, 4));
    await next.frames.next((frame) => frame.type === 'received' && frame['seq'] === 4);
    expect(clients[0]!.events.message.all.map((message) => message.message_id)).toEqual([1, 3, 2, 4].map(uuid));
  });

  it('saves before it confirms', async () => {
    const order: string[] = [];
    const storage = memoryStorage();
    const slow = {
      ...storage,
      setItem: async (key: string, value: string): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        storage.items.set(key, value);
        if (key.endsWith('.inbox')) {
          order.push(`saved ${String((JSON.parse(value) as { position?: number }).position)}`);
        }
      },
    };
    const { connection, events } = await online({ storage: slow }, { seq: 0 });
    connection.send(incoming(1, 1));
    await events.message.next();
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
    expect(order).toContain('saved 1');
  });

  it('says what it will not be sent: entries skipped, and a gap to what it saw before', async () => {
    const storage = memoryStorage();
    const first = await online({ storage }, { seq: 3 });
    first.connection.send(incoming(1, 4));
    await first.events.message.next();
    await first.client.close();
    const second = await online({ storage }, { seq: 1_000, skipped: 900 });
    expect(await second.events.missed.next()).toEqual({ reason: 'skipped', count: 900 });
    expect(await second.events.missed.next()).toEqual({ reason: 'gap', count: 96 });
  });

  it('learns its position from the first entry where welcome could not name it', async () => {
    const { connection, events } = await online({}, { seq: undefined, degraded: true });
    expect(events.connection.all.at(-1)).toMatchObject({ state: 'online', degraded: true });
    connection.send(incoming(1, 42));
    await events.message.next();
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 42);
  });

  it('tells joins and leaves once, and counts them as entries', async () => {
    const { connection, events } = await online({}, { seq: 0 });
    const joined = { type: 'conversation', seq: 1, conversation_id: uuid(7), change: 'joined' };
    connection.send(joined, joined, { ...joined, seq: 2, change: 'left' });
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 2);
    expect(events.conversation.all).toEqual([
      { seq: 1, conversation_id: uuid(7), change: 'joined' },
      { seq: 2, conversation_id: uuid(7), change: 'left' },
    ]);
  });

  it('goes on where a listener throws, and reports it', async () => {
    const { client, connection, events } = await online();
    client.on('message', () => {
      throw new Error('the page is broken');
    });
    connection.send(incoming(1, 1), incoming(2, 2));
    await events.message.next((message) => message.message_id === uuid(2));
    expect((await events.fault.next()).message).toBe('the page is broken');
  });

  it('reports error frames of the server as faults', async () => {
    const { connection, events } = await online();
    connection.send({ type: 'error', code: 'unknown_type', message: 'what?' });
    expect(await events.fault.next()).toMatchObject({ code: 'unknown_type' });
  });

  it('goes on without a storage that fails, and reports it', async () => {
    const broken = {
      getItem: () => null,
      setItem: () => {
        throw new Error('quota exceeded');
      },
      removeItem: () => undefined,
    };
    const { connection, events } = await online({ storage: broken });
    connection.send(incoming(1, 1));
    await events.message.next();
    expect((await events.fault.next()).message).toBe('quota exceeded');
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
  });
});

describe('close', () => {
  it('confirms, closes the connection with 1000 and keeps no timer', async () => {
    const { client, connection, events } = await online({ confirmAfterMs: 60_000 }, { seq: 0 });
    client.send({ recipient_id: USER_2, content: 'unanswered' });
    connection.send(incoming(1, 1));
    await events.message.next();
    await client.close();
    expect(await connection.closed).toBe(1000);
    expect(connection.ofType('received').at(-1)).toEqual({ type: 'received', seq: 1 });
    expect((client as unknown as { timers: { handles: Map<string, unknown> } }).timers.handles.size).toBe(0);
    expect(client.state).toBe('closed');
  });

  it('may come at any moment, and more than once', async () => {
    const early = await start();
    await early.client.close();
    const { client, events } = await start();
    await server.connection();
    await Promise.all([client.close(), client.close()]);
    expect(events.connection.all.at(-1)?.state).toBe('closed');
    expect(codeOf(() => client.send({ recipient_id: USER_2, content: 'x' }))).toBe('closed');
    await expect(client.settle('any')).rejects.toMatchObject({ code: 'closed' });
  });

  it('tells those who wait for a message that it will not be known', async () => {
    const { client } = await online();
    const settled = client.settle(client.send({ recipient_id: USER_2, content: 'x' }).id);
    const told = expect(settled).rejects.toMatchObject({ code: 'closed' });
    await client.close();
    await told;
  });

  it('logs out: the refresh token is given back', async () => {
    const loggedOut: unknown[] = [];
    server.http.set('POST /logout', (body) => (loggedOut.push(body), { status: 204 }));
    const { client, connection } = await online();
    await client.logout();
    expect(loggedOut).toEqual([{ refresh_token: 'refresh-1' }]);
    await connection.closed;
  });
});
