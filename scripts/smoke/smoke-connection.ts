/**
 * One user's connection that comes back: what a careful client does, in as few lines as possible, so that the check does
 * not trust the client package it checks.
 *
 * States: connecting ⇄ open → closed. Sends are kept until `accepted`; on every new connection they are sent again with
 * the same id. `closed` only by `close`.
 */
import { randomUUID } from 'node:crypto';
import type { AcceptedFrame, MessageFrame, ServerFrame } from '@chat-app/protocol';
import WebSocket from 'ws';
import type { User } from './api';
import { BEHIND_TLS } from './behind-tls';

export interface ConnectionCounts {
  connects: number;
  resends: number;
  /** Messages that came more than once, which is allowed. */
  repeats: number;
}

interface PendingSend {
  frame: string;
  sentAt: number;
  /** Until it is sent again where no answer comes, milliseconds. */
  waitMs: number;
  settle(frame: AcceptedFrame): void;
  fail(error: Error): void;
}

const RETRY_MS = 5_000;
/** Each wait for an answer is twice the one before, up to this. */
const MAX_RETRY_MS = 60_000;

export class SmokeConnection {
  readonly counts: ConnectionCounts = { connects: 0, resends: 0, repeats: 0 };
  /** By message id: the first frame that showed it. */
  readonly received = new Map<string, MessageFrame>();
  /** Every inbox position that was shown. */
  readonly positions = new Set<number>();
  readonly #deviceId = `smoke-${randomUUID().slice(0, 8)}`;
  readonly #pending = new Map<string, PendingSend>();
  readonly #listeners = new Set<(frame: ServerFrame) => void>();
  readonly #sweep: NodeJS.Timeout;
  #socket: WebSocket | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  /** What the socket was opened with, or was given since. */
  #token: string | undefined;
  #closed = false;

  constructor(
    readonly url: string,
    readonly user: User,
  ) {
    this.#sweep = setInterval(() => this.#sendOverdue(), 1_000);
    void this.#connect();
  }

  /** Resolves with the frame that the predicate takes. @throws Error when none comes in time */
  next<F extends ServerFrame>(wanted: (frame: ServerFrame) => frame is F, timeoutMs: number, what: string): Promise<F> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(listener);
        reject(new Error(`${this.user.username} saw no ${what} in ${timeoutMs} ms`));
      }, timeoutMs);
      const listener = (frame: ServerFrame) => {
        if (!wanted(frame)) return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve(frame);
      };
      this.#listeners.add(listener);
    });
  }

  /** Sends until it is accepted. @throws Error where it is rejected for good or the connection is closed first */
  send(recipientId: string, content: string): Promise<AcceptedFrame> {
    const id = randomUUID();
    const frame = JSON.stringify({ type: 'send', id, recipient_id: recipientId, content });
    return new Promise((settle, fail) => {
      this.#pending.set(id, { frame, sentAt: Date.now(), waitMs: RETRY_MS, settle, fail });
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame);
    });
  }

  get unanswered(): number {
    return this.#pending.size;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    clearTimeout(this.#reconnect);
    this.#socket?.close(1000);
    for (const pending of this.#pending.values()) pending.fail(new Error('closed before it was accepted'));
    this.#pending.clear();
  }

  /** Never rejects. */
  async #connect(): Promise<void> {
    try {
      this.#token = await this.user.session.token();
    } catch {
      return this.#connectAgain(RETRY_MS);
    }
    if (this.#closed) return;
    const socket = new WebSocket(`${this.url}?device_id=${this.#deviceId}`, 'chat.v1', {
      headers: { ...BEHIND_TLS, authorization: `Bearer ${this.#token}` },
      handshakeTimeout: 5_000,
    });
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#handle(JSON.parse(data.toString()) as ServerFrame));
    // An error is followed by 'close', which decides.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#connectAgain(200 + Math.random() * 800));
  }

  #connectAgain(delayMs: number): void {
    if (!this.#closed) this.#reconnect = setTimeout(() => void this.#connect(), delayMs);
  }

  #handle(frame: ServerFrame): void {
    if (frame.type === 'welcome') this.#welcomed();
    if (frame.type === 'message') this.#show(frame);
    if (frame.type === 'stored') this.#advance(frame.from, frame.from + frame.message_ids.length - 1);
    // A frame with a number is an entry, whatever its type.
    if (frame.type !== 'welcome' && frame.type !== 'message' && 'seq' in frame && frame.seq !== undefined) {
      this.#advance(frame.seq, frame.seq);
    }
    if (frame.type === 'accepted') this.#settle(frame);
    if (frame.type === 'token_expiring') void this.#authenticate();
    if (frame.type === 'rejected' && frame.id !== undefined && !frame.retryable) {
      this.#pending.get(frame.id)?.fail(new Error(`rejected: ${frame.code} ${frame.message}`));
      this.#pending.delete(frame.id);
    }
    for (const listener of [...this.#listeners]) listener(frame);
  }

  /** Gives the socket a newer token. Never rejects: without one it is closed with 4001, and opened again. */
  async #authenticate(): Promise<void> {
    const socket = this.#socket;
    try {
      const token = await this.user.session.token(this.#token);
      if (socket !== this.#socket) return;
      this.#token = token;
      socket?.send(JSON.stringify({ type: 'authenticate', token }));
    } catch {
      // The close that follows decides.
    }
  }

  #welcomed(): void {
    this.counts.connects += 1;
    for (const pending of this.#pending.values()) this.#resend(pending);
  }

  #show(frame: MessageFrame): void {
    if (frame.sender_id !== this.user.id && this.received.has(frame.message_id)) this.counts.repeats += 1;
    if (!this.received.has(frame.message_id)) this.received.set(frame.message_id, frame);
    if (frame.seq !== undefined) this.#advance(frame.seq, frame.seq);
  }

  #advance(from: number, to: number): void {
    for (let seq = from; seq <= to; seq += 1) this.positions.add(seq);
    this.#socket?.send(JSON.stringify({ type: 'received', seq: to }));
  }

  #settle(frame: AcceptedFrame): void {
    if (frame.id === undefined) return;
    this.#pending.get(frame.id)?.settle(frame);
    this.#pending.delete(frame.id);
  }

  /** Rejected retryable, or swallowed by a pod that died: the same id again. */
  #sendOverdue(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const now = Date.now();
    for (const pending of this.#pending.values()) if (now - pending.sentAt > pending.waitMs) this.#resend(pending);
  }

  #resend(pending: PendingSend): void {
    if (Date.now() - pending.sentAt > 50) this.counts.resends += 1;
    pending.sentAt = Date.now();
    // Those who waited for one pod do not come back together, and less and less often while it does not keep up.
    pending.waitMs = Math.min(MAX_RETRY_MS, 2 * pending.waitMs) * (0.75 + Math.random() / 4);
    this.#socket?.send(pending.frame);
  }
}
