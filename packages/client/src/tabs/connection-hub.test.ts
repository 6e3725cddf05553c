import { ConnectionHub } from './connection-hub';

type Frame = Record<string, unknown>;

/** A socket that the test speaks through. */
class TestSocket {
  static opened: TestSocket[] = [];
  readyState = 1;
  readonly sent: Frame[] = [];
  closedWith: number | undefined;
  private onMessage: (event: { data: unknown }) => void = () => undefined;
  private onClose: (event: { code: number; reason: string }) => void = () => undefined;

  constructor(readonly url: string) {
    TestSocket.opened.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Frame);
  }
  close(code?: number): void {
    this.closedWith = code ?? 0;
  }
  addEventListener(type: string, listener: never): void {
    if (type === 'message') this.onMessage = listener;
    if (type === 'close') this.onClose = listener;
  }
  says(...frames: Frame[]): void {
    for (const frame of frames) this.onMessage({ data: JSON.stringify(frame) });
  }
  ends(code: number): void {
    this.onClose({ code, reason: '' });
  }
}

const WELCOME = {
  ...{ type: 'welcome', user_id: 'me', device_id: 'd', seq: 4, skipped: 2, ping_interval_ms: 15_000 },
  limits: { frame_bytes: 65_536, content_bytes: 16_384, unacknowledged_sends: 256 },
};
const credentials = { url: 'ws://host/ws?device_id=d', protocols: ['chat.v1', 'bearer.t'] };
const live = (id: string) => ({
  ...{ type: 'message', message_id: id, conversation_id: 'c', sender_id: 'you', content: id },
  sent_at: '2026-01-02T03:04:05.678Z',
});

const begin = () => {
  TestSocket.opened = [];
  const told: Record<string, Frame[]> = { a: [], b: [], c: [] };
  const closed: unknown[] = [];
  const hub: ConnectionHub = new ConnectionHub({
    WebSocket: TestSocket,
    deliver: (text, ports) => {
      for (const port of ports ?? hub.portIds) told[port]?.push(JSON.parse(text) as Frame);
    },
    closed: (code, _reason, ports) => closed.push([code, ports]),
  });
  const socket = (): TestSocket => TestSocket.opened.at(-1)!;
  const online = () => {
    hub.attach('a', credentials);
    hub.attach('b', credentials);
    socket().says(WELCOME);
    return socket();
  };
  return { hub, told, closed, socket, online };
};

describe('ConnectionHub', () => {
  it('opens one socket, as the first client would, and welcomes each where the stream stands', () => {
    const { hub, told, online } = begin();
    const socket = online();
    expect(TestSocket.opened).toHaveLength(1);
    expect([told['a'], told['b']]).toEqual([[WELCOME], [WELCOME]]);
    socket.says({ ...live('m5'), seq: 5 }, live('m6'), live('m7'), { type: 'stored', from: 6, message_ids: ['m6'] });
    hub.attach('c', credentials);
    const { skipped: _skipped, ...welcome } = WELCOME;
    expect(told['c']).toEqual([{ ...welcome, seq: 6 }, live('m7')]);
    expect(TestSocket.opened).toHaveLength(1);
  });

  it('answers who asked, and tells the others what was accepted', () => {
    const { hub, told, online } = begin();
    const socket = online();
    const send = { type: 'send', id: '1', recipient_id: 'you', content: 'hi' };
    hub.send('a', JSON.stringify(send));
    expect(socket.sent).toEqual([send]);
    const accepted = { type: 'accepted', id: '1', message_id: 'm', conversation_id: 'c', sent_at: 'now' };
    socket.says(accepted, { type: 'stored', from: 5, message_ids: ['m'] });
    expect(told['a']!.slice(1).map((frame) => frame['type'])).toEqual(['accepted', 'stored']);
    expect(told['b']!.slice(1).map((frame) => frame['type'])).toEqual(['message', 'stored']);
    expect(told['b']![1]).toMatchObject({ message_id: 'm', sender_id: 'me', content: 'hi', sent_at: 'now' });
  });

  it('tells a rejection to who asked alone, and one answer to all who asked for the same', () => {
    const { hub, told, online } = begin();
    const socket = online();
    const remove = JSON.stringify({ type: 'delete', id: 'delete m', conversation_id: 'c', message_id: 'm' });
    hub.send('a', remove);
    hub.send('b', remove);
    const rejected = { type: 'rejected', id: 'delete m', code: 'forbidden', message: 'no', retryable: false };
    socket.says(rejected);
    expect([told['a']!.at(-1), told['b']!.at(-1)]).toEqual([rejected, rejected]);
    hub.send('b', JSON.stringify({ type: 'send', id: '2', conversation_id: 'c', content: 'x' }));
    socket.says({ ...rejected, id: '2' });
    expect([told['a']!.length, told['b']!.length]).toEqual([2, 3]);
  });

  it('confirms what every client has, and no more', () => {
    const { hub, online } = begin();
    const socket = online();
    const received = (port: string, seq: number) => hub.send(port, JSON.stringify({ type: 'received', seq }));
    const confirmed = () => socket.sent.map((frame) => frame['seq']);
    socket.says(...[5, 6, 7, 8].map((seq) => ({ ...live(`m${seq}`), seq })));
    received('a', 8);
    expect(confirmed()).toEqual([4]);
    received('b', 6);
    expect(confirmed()).toEqual([4, 6]);
    hub.attach('c', credentials);
    received('b', 7);
    expect(confirmed()).toEqual([4, 6, 7]);
    hub.detach('b');
    expect(confirmed()).toEqual([4, 6, 7, 8]);
  });

  it('watches no more users for all clients together than a server takes', () => {
    const { hub, online } = begin();
    const socket = online();
    const users = (from: string) => Array.from({ length: 400 }, (_, n) => `${from}-${n}`);
    for (const port of ['a', 'b']) hub.send(port, JSON.stringify({ type: 'watch', user_ids: users(port) }));
    const asked = socket.sent.at(-1)?.['user_ids'] as string[];
    expect(asked).toHaveLength(500);
    expect(asked).toEqual(expect.arrayContaining(users('a')));
  });

  it('shows each token to the server once, and watches whom any client watches', () => {
    const { hub, online } = begin();
    const socket = online();
    for (const port of ['a', 'b']) hub.send(port, JSON.stringify({ type: 'authenticate', token: 'newer' }));
    hub.send('a', JSON.stringify({ type: 'watch', user_ids: ['u', 'v'] }));
    hub.send('b', JSON.stringify({ type: 'watch', user_ids: ['v', 'w'] }));
    hub.detach('a');
    expect(socket.sent.filter(({ type }) => type !== 'received')).toEqual([
      { type: 'authenticate', token: 'newer' },
      { type: 'watch', user_ids: ['u', 'v'] },
      { type: 'watch', user_ids: ['u', 'v', 'w'] },
      { type: 'watch', user_ids: ['v', 'w'] },
    ]);
  });

  it('ends for all when the server ends it, or a client holds it for dead', () => {
    const { hub, closed, online, socket } = begin();
    online().ends(4500);
    expect(closed).toEqual([[4500, undefined]]);
    const second = online();
    hub.detach('b', 4002, 'no ping came');
    expect(second.closedWith).toBe(4002);
    expect(closed.at(-1)).toEqual([4002, undefined]);
    second.says({ ...live('late'), seq: 5 });
    hub.attach('c', credentials);
    expect(socket()).not.toBe(second);
  });

  it('closes its socket when the last client leaves, and moves as a whole when the server asks for it', () => {
    jest.useFakeTimers();
    try {
      const { hub, closed, told, online } = begin();
      const socket = online();
      socket.says({ type: 'reconnect', after_ms: 300 });
      expect(told['a']).toEqual([WELCOME]);
      jest.advanceTimersByTime(300);
      expect(closed).toEqual([[1012, undefined]]);
      const next = online();
      hub.detach('a');
      expect(next.closedWith).toBeUndefined();
      hub.detach('b');
      expect(next.closedWith).toBe(1000);
    } finally {
      jest.useRealTimers();
    }
  });

  it('brings on what it does not know', () => {
    const { told, online } = begin();
    const socket = online();
    socket.says({ type: 'presence', user_id: 'u', state: 'online' });
    expect(told['b']!.at(-1)).toEqual({ type: 'presence', user_id: 'u', state: 'online' });
  });
});
