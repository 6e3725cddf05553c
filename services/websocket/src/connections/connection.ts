import type { EncodedFrame } from '../delivery/encode-frame';
import type { ChatSocket, SocketListener } from './sockets/chat-socket';
import { newPosition, type Position } from '../inbox/position';
import type { ReadCause } from '../metrics';
import type { UserOnPod } from './registry';
import { TokenBucket } from './token-bucket';

/** An answer to a send that waits until the answers before it are known. */
export interface PendingAnswer {
  /** Sends the answer; undefined while the outcome is open. */
  give: (() => void) | undefined;
}

/** Who is told what a connection's socket says. One for all connections of a pod. */
export interface ConnectionEvents {
  text(connection: Connection, text: string): void;
  ping(connection: Connection): void;
  pong(connection: Connection): void;
  closed(connection: Connection, code: number): void;
}

/**
 * One open socket and what is known about it. Plain fields that the journey files change; there are many of these, so
 * nothing is allocated before it is needed.
 *
 * States: opening (no `welcome` yet) → open → closing (no sends are taken) → closed.
 */
export class Connection implements SocketListener {
  state: 'opening' | 'open' | 'closing' | 'closed' = 'opening';
  socket!: ChatSocket;
  /** Set while the connection is registered. */
  user: UserOnPod | undefined;

  readonly inbox: Position<EncodedFrame> = newPosition();
  /** Why the next read of the inbox will be made. */
  readCause: ReadCause = 'connect';

  /** Milliseconds since the epoch. */
  openedAt = 0;
  /** The socket is slow: nothing is pushed until it drained. */
  congested = false;

  /** Sends without an answer. */
  unacknowledged = 0;
  held = false;
  /** The drain has come to this connection: nothing more is read from it. */
  leaving = false;
  answers: PendingAnswer[] | undefined;
  /** The last send whose checks need others; later ones wait for it. */
  checking: Promise<void> | undefined;

  /** Malformed frames and refused ones, each within the minute that began at … */
  malformed = 0;
  flooded = 0;
  countedSince = 0;

  #others: TokenBucket | undefined;
  unansweredPings = 0;
  nextPingAt = 0;
  toldOfExpiry = false;
  authenticating = false;

  constructor(
    readonly id: string,
    readonly userId: string,
    readonly deviceId: string,
    /** Whether the client named its device. */
    readonly named: boolean,
    public sessionId: string,
    /** Milliseconds since the epoch. */
    public expiresAt: number,
    private readonly events: ConnectionEvents,
  ) {}

  text(text: string): void {
    this.events.text(this, text);
  }

  ping(): void {
    this.events.ping(this);
  }

  pong(): void {
    this.events.pong(this);
  }

  closed(code: number): void {
    this.events.closed(this, code);
  }

  /** Limits what is not a send. */
  others(now: number, burst: number): TokenBucket {
    return (this.#others ??= new TokenBucket(burst, now));
  }

  get alive(): boolean {
    return this.state === 'opening' || this.state === 'open';
  }
}
