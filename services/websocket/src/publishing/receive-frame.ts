import { decodeClientFrame, type ErrorCode } from '@chat-app/protocol';
import type { Authenticator } from '../connections/authenticate-connection';
import type { CursorKeeper } from '../inbox/keep-cursors';
import { isFlooding, isTooMalformed } from '../connections/limit-sends';
import type { WebsocketMetrics } from '../metrics';
import type { MessageSender } from './send-message';
import type { Connection } from '../connections/connection';
import type { Transmitter } from '../delivery/transmit-frame';

export interface ReceiverParts {
  sender: MessageSender;
  cursors: CursorKeeper;
  authenticator: Authenticator;
  transmitter: Transmitter;
  metrics: WebsocketMetrics;
  now: () => number;
}

/** Frames that are not sends, per second and at once: confirmations are cumulative, nobody needs more. */
const OTHERS_PER_SECOND = 20;
const OTHERS_BURST = 200;

/** Reads a client's frames and hands each to whoever does it. */
export class FrameReceiver {
  constructor(private readonly parts: ReceiverParts) {}

  /** Takes one text frame. Never throws. */
  receive(connection: Connection, text: string): void {
    if (!connection.alive) return;
    connection.unansweredPings = 0;
    const decoded = decodeClientFrame(text);
    this.parts.metrics.framesIn.add(decoded.ok ? decoded.frame.type : 'unreadable');
    if (!decoded.ok) {
      this.#refuse(connection, decoded);
      return;
    }
    const { frame } = decoded;
    if (frame.type === 'send') this.parts.sender.send(connection, frame);
    else if (this.#mayGoOn(connection)) {
      if (frame.type === 'authenticate') this.parts.authenticator.authenticate(connection, frame.token);
      else if (!this.parts.cursors.confirm(connection, frame.seq)) {
        this.#error(connection, 'invalid_request', 'seq: the inbox does not reach that far');
      }
    }
  }

  /** A ping of the client: answered by the socket, counted here. */
  ping(connection: Connection): void {
    connection.unansweredPings = 0;
    if (connection.alive) this.#mayGoOn(connection);
  }

  #mayGoOn(connection: Connection): boolean {
    const { now, transmitter } = this.parts;
    const wait = connection.others(now(), OTHERS_BURST).take(now(), OTHERS_PER_SECOND, OTHERS_BURST);
    if (wait === 0) return true;
    if (isFlooding(connection, now())) transmitter.close(connection, 'rate_limited');
    else this.#error(connection, 'rate_limited', `at most ${OTHERS_PER_SECOND} frames per second`);
    return false;
  }

  #refuse(
    connection: Connection,
    fault: { type: string | undefined; id: string | undefined; code: ErrorCode; message: string },
  ): void {
    const { sender, transmitter, now } = this.parts;
    if (fault.type === 'send') sender.refuse(connection, fault.id, fault.code, fault.message);
    else this.#error(connection, fault.code, fault.message);
    if (isTooMalformed(connection, now())) transmitter.close(connection, 'protocol_violation');
  }

  #error(connection: Connection, code: ErrorCode, message: string): void {
    this.parts.transmitter.send(connection, { type: 'error', code, message });
  }
}
