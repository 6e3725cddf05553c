/** A WebSocket client that shows every frame as it came: for tests of the protocol, not of a client. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';

export interface Frame {
  type: string;
  [field: string]: unknown;
}

export interface ConnectOptions {
  token?: string;
  /** Path after the pod's address; `/ws` by default. */
  path?: string;
  deviceId?: string;
  /** How the token travels: in the Authorization header (default) or in the subprotocol, as browsers do. */
  by?: 'header' | 'subprotocol';
  headers?: Record<string, string>;
}

/** How a handshake was refused. */
export interface RefusedHandshake {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  code: string | undefined;
  retryable: boolean | undefined;
}

const WAIT_MS = 15_000;

/** One open connection and every frame it received. */
export class RawSocket {
  readonly frames: Frame[] = [];
  /** Close code, once closed. */
  readonly closed: Promise<number>;
  private readonly waiters = new Set<() => void>();
  private read = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      this.wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        resolve(code);
        this.wake();
      });
    });
  }

  /** Opens a connection and waits for its welcome. @throws Error naming the HTTP status where it is refused */
  static async open(address: string, options: ConnectOptions): Promise<RawSocket> {
    const { path = '/ws', token, deviceId, by = 'header' } = options;
    const query = deviceId === undefined ? '' : `?device_id=${encodeURIComponent(deviceId)}`;
    const inHeader = by === 'header' && token !== undefined;
    const socket = new WebSocket(
      address.replace(/^http/, 'ws') + path + query,
      by === 'subprotocol' ? ['chat.v1', `bearer.${token ?? ''}`] : [],
      { headers: { ...(inHeader && { Authorization: `Bearer ${token}` }), ...options.headers } },
    );
    const raw = new RawSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    await raw.next('welcome');
    return raw;
  }

  get welcome(): Frame {
    return this.frames[0]!;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  ofType(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** Frames of messages with this id. */
  copiesOf(messageId: unknown): Frame[] {
    return this.ofType('message').filter((frame) => frame['message_id'] === messageId);
  }

  /** The next frame of this type that fits; frames before it are passed over. */
  async next(type: string, fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    const found = (): Frame | undefined => {
      for (; this.read < this.frames.length; this.read += 1) {
        const frame = this.frames[this.read]!;
        if (frame.type === type && fits(frame)) {
          this.read += 1;
          return frame;
        }
      }
      return undefined;
    };
    return this.wait(found, `a ${type} frame`);
  }

  /** Any frame of this type that fits, whether it came before or comes yet. */
  async find(type: string, fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.wait(() => this.frames.find((frame) => frame.type === type && fits(frame)), `a ${type} frame`);
  }

  /** Waits until a condition on the frames holds. */
  async until(holds: () => boolean, what: string): Promise<void> {
    await this.wait(() => (holds() ? true : undefined), what);
  }

  /** Sends a message and waits for its answer, `accepted` or `rejected`. */
  async ask(message: {
    id?: string;
    recipient_id?: string;
    conversation_id?: string;
    content: string;
  }): Promise<Frame> {
    const id = message.id ?? randomBytes(8).toString('hex');
    const before = this.frames.length;
    this.send({ type: 'send', ...message, id });
    return this.wait(
      () =>
        this.frames
          .slice(before)
          .find((frame) => (frame.type === 'accepted' || frame.type === 'rejected') && frame['id'] === id),
      `an answer to ${id}`,
    );
  }

  /** Waits until the inbox number of this message is known here, by `stored` or by the message itself. */
  async seqOf(messageId: unknown): Promise<number> {
    return this.wait(() => this.knownSeq(messageId), `the number of ${String(messageId)}`);
  }

  /** The highest inbox number up to which every entry arrived, as a client has to reckon it. */
  position(): number {
    const have = new Set<number>();
    for (const frame of this.frames) {
      if (typeof frame['seq'] === 'number' && frame.type !== 'welcome') have.add(frame['seq']);
      if (frame.type === 'stored') {
        (frame['message_ids'] as string[]).forEach((_id, index) => have.add((frame['from'] as number) + index));
      }
    }
    let position = Number(this.welcome['seq']);
    while (have.has(position + 1)) position += 1;
    return position;
  }

  async close(): Promise<void> {
    this.socket.close(1000);
    const cut = setTimeout(() => this.socket.terminate(), 2_000);
    await this.closed;
    clearTimeout(cut);
  }

  private knownSeq(messageId: unknown): number | undefined {
    for (const frame of this.frames) {
      if (frame['message_id'] === messageId && typeof frame['seq'] === 'number') return frame['seq'];
      if (frame.type !== 'stored') continue;
      const index = (frame['message_ids'] as unknown[]).indexOf(messageId);
      if (index >= 0) return (frame['from'] as number) + index;
    }
    return undefined;
  }

  private async wait<T>(look: () => T | undefined, what: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (): boolean => {
        const value = look();
        if (value === undefined) {
          if (this.socket.readyState !== WebSocket.CLOSED) return false;
          stop();
          reject(new Error(`the connection closed while waiting for ${what}; came: ${this.summary()}`));
          return true;
        }
        stop();
        resolve(value);
        return true;
      };
      const stop = (): void => {
        clearTimeout(timer);
        this.waiters.delete(settle);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`waited in vain for ${what}; came: ${this.summary()}`));
      }, WAIT_MS);
      if (!settle()) this.waiters.add(settle);
    });
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  private summary(): string {
    return this.frames
      .slice(-12)
      .map((frame) => JSON.stringify(frame).slice(0, 160))
      .join(' ');
  }
}

/** Makes a handshake that should be refused, with plain HTTP so that nothing of the answer is hidden. */
export function refusedHandshake(address: string, options: ConnectOptions): Promise<RefusedHandshake> {
  const { path = '/ws', token, deviceId, by = 'header' } = options;
  const query = deviceId === undefined ? '' : `?device_id=${encodeURIComponent(deviceId)}`;
  const url = new URL(address + path + query);
  const headers: Record<string, string> = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...(by === 'header' && token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(by === 'subprotocol' && { 'Sec-WebSocket-Protocol': `chat.v1, bearer.${token ?? ''}` }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { headers });
    request.on('error', reject);
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error('the handshake was not refused'));
    });
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const body = parse(text);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          code: body?.error?.code,
          retryable: body?.error?.retryable,
        });
      });
    });
    request.end();
  });
}

function parse(text: string): { error?: { code?: string; retryable?: boolean } } | undefined {
  try {
    return JSON.parse(text) as { error?: { code?: string; retryable?: boolean } };
  } catch {
    return undefined;
  }
}
