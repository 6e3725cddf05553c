import { USER_2, refused } from '../testing/fake-server';
import { session } from '../testing/recorded-client';
import { incoming, sceneForEachTest } from '../testing/scene';
import { WebSocket } from 'ws';

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

const scene = sceneForEachTest();

describe('connecting', () => {
  it('offers chat.v1 and its token as subprotocols and names its device', async () => {
    const { connection, client } = await scene.online({ deviceId: 'phone' });
    expect(connection.token).toBe('token-1');
    expect(connection.deviceId).toBe('phone');
    expect(connection.socket.protocol).toBe('chat.v1');
    expect(client.state).toBe('online');
  });

  it('logs in with credentials, and says so where they are wrong', async () => {
    scene.server.http.set('POST /login', (body) =>
      body['password'] === 'pwd1'
        ? { status: 200, body: session(600, 'logged-in') }
        : refused(401, 'wrong_credentials', false),
    );
    const started = scene.start({ credentials: { username: 'user1', password: 'pwd1' } });
    expect((await scene.server.connection()).token).toBe('logged-in');
    await started;
    await expect(scene.start({ credentials: { username: 'user1', password: 'no' } })).rejects.toMatchObject({
      code: 'wrong_credentials',
    });
  });

  it('connects again after a cut, with backoff, and says which state it is in', async () => {
    const { connection, events } = await scene.online();
    connection.socket.terminate();
    const waiting = await events.connection.next((status) => status.state === 'waiting');
    expect(waiting).toMatchObject({ code: 1006 });
    expect(waiting.retry_in_ms).toBeLessThan(40);
    (await scene.server.connection()).welcome();
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
    const { connection } = await scene.online();
    connection.socket.close(code);
    await scene.server.connection();
  });

  it.each([1008, 1009, 4501, 4502])('does not connect again after close code %i', async (code) => {
    const { connection, events, client } = await scene.online();
    connection.socket.close(code, 'because');
    expect(await events.connection.next((status) => status.state === 'refused')).toMatchObject({
      code,
      reason: 'because',
    });
    client.reconnect();
    expect(client.state).toBe('refused');
    expect(scene.server.handshakes).toBe(1);
  });

  it('is signed out after close code 4500', async () => {
    const { connection, events } = await scene.online();
    connection.socket.close(4500);
    await events.connection.next((status) => status.state === 'signed_out');
    expect(scene.server.handshakes).toBe(1);
  });

  it('follows a server that asks it to reconnect, after the delay it was given', async () => {
    const { connection } = await scene.online();
    const asked = Date.now();
    connection.send({ type: 'reconnect', after_ms: 60 });
    await scene.server.connection();
    expect(Date.now() - asked).toBeGreaterThanOrEqual(55);
    expect(await connection.closed).toBe(1000);
  });

  it('gives up a connection on which no welcome comes', async () => {
    const { events } = await scene.start({ welcomeTimeoutMs: 50 });
    await scene.server.connection();
    expect(await events.connection.next((status) => status.state === 'waiting')).toMatchObject({ code: 4002 });
    await scene.server.connection();
  });

  it('notices the silence of two ping intervals where it can see pings', async () => {
    const { connection, events } = await scene.online({}, { ping_interval_ms: 60 });
    connection.socket.ping();
    expect(await events.connection.next((status) => status.state === 'waiting')).toMatchObject({ code: 4002 });
    await scene.server.connection();
  });

  it('stays while pings come', async () => {
    const { connection, client } = await scene.online({}, { ping_interval_ms: 1_000 });
    // Longer than the silence of two intervals, in steps that a busy machine keeps well within one.
    for (let count = 0; count < 8; count += 1) {
      connection.socket.ping();
      await new Promise((resolve) => connection.socket.once('pong', () => setTimeout(resolve, 300)));
    }
    expect(client.state).toBe('online');
    expect(scene.server.handshakes).toBe(1);
  });

  it('needs nothing of a WebSocket but what browsers have', async () => {
    const { client, connection, events } = await scene.online(
      { WebSocket: BrowserSocket, answerTimeoutMs: 100 },
      { ping_interval_ms: 20 },
    );
    connection.send(incoming(1, 1));
    await events.message.next();
    await connection.frames.next((frame) => frame.type === 'received' && frame['seq'] === 1);
    // Pings cannot be seen: their silence means nothing. A send that stays unanswered does.
    expect(client.state).toBe('online');
    const sent = client.send({ recipient_id: USER_2, content: 'hello' });
    const next = await scene.server.connection();
    next.welcome({ seq: 1 });
    expect((await next.next('send'))['id']).toBe(sent.id);
    expect(scene.server.handshakes).toBe(2);
  });

  describe('in a browser, where pings of the WebSocket cannot be seen', () => {
    it('ends a link on which no frame comes for two intervals, where the server sends pings as frames', async () => {
      const { events } = await scene.online({ WebSocket: BrowserSocket }, { ping_interval_ms: 60, features: ['ping'] });
      expect(await events.connection.next((status) => status.state === 'waiting')).toMatchObject({ code: 4002 });
      await scene.server.connection();
    });

    it('takes any frame for a sign of life', async () => {
      const welcome = { ping_interval_ms: 1_000, features: ['ping'] };
      const { client, connection, events } = await scene.online({ WebSocket: BrowserSocket }, welcome);
      for (let count = 1; count <= 8; count += 1) {
        connection.send(count % 2 === 0 ? { type: 'ping' } : { type: 'a frame of tomorrow' });
        connection.send(incoming(count, count));
        await events.message.next();
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      expect(client.state).toBe('online');
      expect(scene.server.handshakes).toBe(1);
    });
  });

  it('ignores frames that it does not know or cannot read', async () => {
    const { connection, events } = await scene.online();
    connection.socket.send('not json');
    connection.socket.send(Buffer.from([1, 2, 3]));
    connection.send({ type: 'presence', user_id: USER_2 }, { type: 'message', message_id: 5 }, incoming(1));
    expect((await events.message.next()).content).toBe('message 1');
    expect(events.message.all).toHaveLength(1);
  });

  it('reports what cannot be a WebSocket address as refused', async () => {
    const { events } = await scene.start({ websocketUrl: 'nonsense://x' });
    await events.connection.next((status) => status.state === 'refused');
  });
});
