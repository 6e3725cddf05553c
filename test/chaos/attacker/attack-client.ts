/** What an attacker talks with: calls and sockets from addresses of its own. All that comes back is looked through. */
import { request } from 'node:http';
import { WebSocket } from 'ws';
import type { Outcome } from './judge-answer';

export interface Answer {
  outcome: Outcome;
  text: string;
}

/** Longer than any answer takes while nothing is broken; in a fault the attacker goes on. */
const GIVE_UP_MS = 10_000;

export class AttackClient {
  readonly #open = new Set<WebSocket>();

  /** `received` is told of every text that reached the attacker. */
  constructor(private readonly received: (text: string) => void) {}

  /** Sockets that are open now. */
  get open(): number {
    return this.#open.size;
  }

  /** Never rejects. `address` is where the call comes from, as the proxy in front says it. */
  call(
    method: string,
    url: string,
    options: { address: string; token?: string; body?: unknown; raw?: Buffer | string },
  ): Promise<Answer> {
    const text = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const headers: Record<string, string> = {
      'X-Forwarded-For': options.address,
      ...(text !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': String(Buffer.byteLength(text)),
      }),
      ...(options.token !== undefined && { Authorization: `Bearer ${options.token}` }),
    };
    return new Promise((resolve) => {
      const gone = (): void => resolve({ outcome: 'gone', text: '' });
      const call = request(url, { method, headers, timeout: GIVE_UP_MS }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', gone);
        response.on('close', () => {
          const answer = Buffer.concat(chunks).toString();
          this.received(answer);
          resolve({ outcome: response.statusCode ?? 'gone', text: answer });
        });
      });
      call.on('timeout', () => call.destroy());
      call.on('error', gone);
      call.end(text);
    });
  }

  /** Opens a socket. Never rejects: gives the socket once it is open, or how the handshake was refused. */
  connect(url: string, options: { address: string; token: string }): Promise<AttackSocket | Outcome> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), {
      headers: { Authorization: `Bearer ${options.token}`, 'X-Forwarded-For': options.address },
      handshakeTimeout: GIVE_UP_MS,
      perMessageDeflate: false,
    });
    return new Promise((resolve) => {
      socket.on('error', () => resolve('gone'));
      socket.on('unexpected-response', (call, response) => {
        response.resume();
        resolve(response.statusCode ?? 'gone');
        call.destroy();
      });
      socket.on('open', () => {
        this.#open.add(socket);
        socket.on('close', () => this.#open.delete(socket));
        resolve(new AttackSocket(socket));
      });
      socket.on('message', (data: Buffer) => this.received(data.toString()));
    });
  }

  /** Ends every socket at once. */
  close(): void {
    for (const socket of this.#open) socket.terminate();
  }
}

/** An open socket of an attacker. */
export class AttackSocket {
  #ended: Outcome | undefined;
  readonly #closed: Promise<Outcome>;

  constructor(private readonly socket: WebSocket) {
    this.#closed = new Promise((resolve) => {
      socket.on('close', (code) => resolve((this.#ended = code === 1006 ? 'gone' : code)));
    });
  }

  /** Writes them all as fast as they go, as long as the socket stands. */
  async pour(frames: Iterable<string | Buffer>): Promise<void> {
    for (const frame of frames) {
      if (this.socket.readyState !== WebSocket.OPEN) return;
      this.socket.send(frame, { binary: typeof frame !== 'string' });
      // A flood is held by what the other side reads, not by this process's memory.
      while (this.socket.bufferedAmount > 256 * 1_024 && this.socket.readyState === WebSocket.OPEN) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Waits so long whether the server ends it, then leaves. @returns its close code; 101 where the server let it stand */
  async leave(afterMs: number): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined;
    const stood = new Promise<Outcome>((resolve) => (timer = setTimeout(() => resolve(101), afterMs)));
    const outcome = await Promise.race([this.#closed, stood]);
    clearTimeout(timer);
    if (this.#ended === undefined) this.socket.terminate();
    await this.#closed;
    return outcome;
  }
}
