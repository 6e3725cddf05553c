import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { ServerFrame } from '@chat-app/protocol';

/** What became of a handshake that was refused. */
export interface RefusedHandshake {
  status: number;
  headers: IncomingMessage['headers'];
  body: { error: { code: string; message: string; retryable: boolean; retry_after_ms?: number } };
}

type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;

/** A client that only does what the test says and keeps all it is told. */
export class TestClient {
  readonly frames: ServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #taken = new Set<ServerFrame>();
  #waiting: (() => void)[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as ServerFrame);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  /** Opens a connection. @throws RefusedHandshake where it was refused */
  static async open(
    url: string,
    options: { token?: string; headers?: Record<string, string>; protocols?: string[] } = {},
  ): Promise<TestClient> {
    const { token } = options;
    const headers = { ...(token !== undefined && { Authorization: `Bearer ${token}` }), ...options.headers };
    const socket = new WebSocket(url, options.protocols ?? [], { headers });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('unexpected-response', (_request, response: IncomingMessage) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const body = JSON.parse(Buffer.concat(parts).toString()) as RefusedHandshake['body'];
          const refused: RefusedHandshake = { status: response.statusCode ?? 0, headers: response.headers, body };
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the test looks into it
          reject(refused);
        });
      });
      socket.on('error', reject);
    });
    return client;
  }

  say(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The next frame of this type that was not taken before, in the order they came. */
  async next<Type extends ServerFrame['type']>(...types: Type[]): Promise<FrameOf<Type>> {
    for (;;) {
      const found = this.frames.find((frame) => types.some((type) => type === frame.type) && !this.#taken.has(frame));
      if (found !== undefined) {
        this.#taken.add(found);
        return found as FrameOf<Type>;
      }
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed while waiting for ${types.join()}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  all<Type extends ServerFrame['type']>(type: Type): FrameOf<Type>[] {
    return this.frames.filter((frame) => frame.type === type) as FrameOf<Type>[];
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.close();
    await this.closed;
  }
}
