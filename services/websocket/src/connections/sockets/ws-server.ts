import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket, { type RawData } from 'ws';
import { CLOSE_CODES, SUBPROTOCOL, type CloseReason } from '@chat-app/protocol';
import type { EncodedFrame } from '../../delivery/encode-frame';
import type { ChatSocket, SocketListener } from './chat-socket';

/** Bounds of the socket layer. */
export interface SocketLimits {
  /** Largest frame read; a larger one closes with 1009. */
  frameBytes: number;
  /** How long a closing handshake may take before the socket is cut, milliseconds. */
  closeTimeoutMs: number;
}

/** Fragments of one message, and chunks waiting to become one: against floods of tiny ones (ws 8.21). */
const MAX_FRAGMENTS = 64;
const MAX_BUFFERED_CHUNKS = 1_024;
/** Pongs that wait for a client that pings but does not read. */
const MAX_PENDING_PONGS = 16;
/** The answer to an upgrade request waits at most so long for the first frame, milliseconds: one system call, and one wake-up of the client. */
const HOLD_ANSWER_MS = 100;
/** So many such answers leave alone in one turn of the event loop. */
const ANSWERS_A_TURN = 16;

/**
 * The only file that knows the library `ws`. Completes handshakes that were already checked, and adapts its sockets.
 * No compression: it costs memory per connection, and prepared frames would not be possible.
 */
export class SocketServer {
  readonly #server: WebSocket.Server<typeof WsSocket>;
  readonly #writes = new CoalescedWrites();

  constructor(limits: SocketLimits) {
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      skipUTF8Validation: false,
      maxPayload: limits.frameBytes,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      maxPendingAutoPongs: MAX_PENDING_PONGS,
      closeTimeout: limits.closeTimeoutMs,
      handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
      WebSocket: WsSocket,
    } as const;
    this.#server = new WebSocket.Server(options);
  }

  /**
   * Answers the upgrade request with 101, which leaves with the first frame where that comes soon. `listen` gets the socket
   * before anything is read from it. Where the client is gone, or the request is not a handshake after all, `listen` is not
   * called.
   */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, listen: (socket: ChatSocket) => SocketListener): void {
    // Where the library refuses it after all it ends the socket, which uncorks it.
    socket.cork();
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.begin(socket as Socket, this.#writes, listen);
    });
  }
}

/** Corks what was written to in this tick and lets it all go at its end: one system call per socket, not per frame. */
class CoalescedWrites {
  #corked: WsSocket[] = [];
  #unanswered: WsSocket[] = [];

  /** It is corked and has no frame yet: its 101 leaves soon, also without one. */
  addUnanswered(socket: WsSocket): void {
    this.#unanswered.push(socket);
    if (this.#unanswered.length === 1) setTimeout(() => this.#answer(), HOLD_ANSWER_MS).unref();
  }

  add(socket: WsSocket): void {
    this.#corked.push(socket);
    if (this.#corked.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const corked = this.#corked;
    this.#corked = [];
    for (const socket of corked) socket.release();
  }

  #answer(): void {
    let left = ANSWERS_A_TURN;
    const held = this.#unanswered.findIndex((socket) => socket.releaseAnswer() && --left === 0);
    this.#unanswered = held === -1 ? [] : this.#unanswered.slice(held + 1);
    if (this.#unanswered.length > 0) setImmediate(() => this.#answer());
  }
}

/** The library's socket and ours in one object: there are many of them. */
class WsSocket extends WebSocket implements ChatSocket {
  private raw!: Socket;
  private writes!: CoalescedWrites;
  listener!: SocketListener;
  /** Until the first frame, or until the end of the tick. */
  private corked: 'answer' | 'tick' | undefined;

  begin(raw: Socket, writes: CoalescedWrites, listen: (socket: ChatSocket) => SocketListener): void {
    this.raw = raw;
    this.writes = writes;
    this.corked = 'answer';
    writes.addUnanswered(this);
    // Shared functions, not closures: there are as many of these as connections.
    this.on('message', onMessage);
    this.on('ping', onPing);
    this.on('pong', onPong);
    this.on('close', onClose);
    this.on('error', onError);
    this.listener = listen(this);
  }

  sendFrame(frame: EncodedFrame): void {
    if (this.readyState !== WebSocket.OPEN) return;
    if (this.corked === undefined) this.raw.cork();
    if (this.corked !== 'tick') {
      this.corked = 'tick';
      this.writes.add(this);
    }
    // Straight to the socket: the frame is complete, and without compression ws itself never holds frames back.
    this.raw.write(frame);
  }

  /** End of the tick: what was written leaves. */
  release(): void {
    this.corked = undefined;
    this.raw.uncork();
  }

  /** Where no frame came the 101 leaves alone; whether it did. */
  releaseAnswer(): boolean {
    if (this.corked !== 'answer') return false;
    this.release();
    return true;
  }

  get buffered(): number {
    return this.raw.writableLength;
  }

  onceDrained(listener: () => void): void {
    if (this.raw.writableNeedDrain) this.raw.once('drain', listener);
    else setImmediate(listener);
  }

  sendPing(): void {
    if (this.readyState === WebSocket.OPEN) this.ping();
  }

  override pause(): void {
    if (this.readyState === WebSocket.OPEN) super.pause();
  }

  override resume(): void {
    if (this.readyState === WebSocket.OPEN) super.resume();
  }

  closeFor(reason: CloseReason): void {
    this.releaseAnswer();
    // The client's answer to the close frame must be read, or the handshake cannot end.
    if (this.isPaused) this.resume();
    this.close(CLOSE_CODES[reason].code, reason);
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const socket = this as WsSocket;
  if (socket.readyState !== WebSocket.OPEN) return;
  if (isBinary) socket.closeFor('unsupported_data');
  else socket.listener.onText((data as Buffer).toString());
}

function onPing(this: WebSocket): void {
  (this as WsSocket).listener.onPing();
}

function onPong(this: WebSocket): void {
  (this as WsSocket).listener.onPong();
}

function onClose(this: WebSocket, code: number): void {
  (this as WsSocket).listener.onClosed(code);
}

/** A broken frame, or the connection was reset: ws closes the socket itself, `close` follows. */
function onError(this: WebSocket): void {}
