import { commandOf, decodeClientFrame, type ClientFrame, type CommandFrame, type ErrorCode } from '@chat-app/protocol';
import type { Authenticator } from './renew-token';
import type { Announcements } from '../inbox/announcements';
import type { CursorKeeper } from '../inbox/keep-cursors';
import type { WebsocketMetrics } from '../metrics';
import type { PresenceWatch } from '../presence/watch-presence';
import type { TypingPublisher } from '../publishing/publish-typing';
import type { MessageSender } from '../publishing/send-message';
import type { Logger } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { Connection, ConnectionListener } from './connection';
import type { ConnectionEnder } from './end-connection';
import { OTHER_FRAMES_PER_SECOND } from './limit-other-frames';
import type { UserRates } from './limit-user-rates';
import type { Transmitter } from '../delivery/transmit-frame';

export interface ReceiverDependencies {
  sender: MessageSender;
  typing: TypingPublisher;
  presence: PresenceWatch;
  announcements: Announcements;
  cursors: CursorKeeper;
  authenticator: Authenticator;
  ender: ConnectionEnder;
  transmitter: Transmitter;
  rates: UserRates;
  metrics: WebsocketMetrics;
  clock: Clock;
  logger: Logger;
}

/** Receives what sockets send: reads a client's frames and hands each to whoever does it. */
export class FrameReceiver implements ConnectionListener {
  constructor(private readonly dependencies: ReceiverDependencies) {}

  /** Takes one text frame. Never throws: a fault of ours ends the connection that found it, not those of everybody. */
  onText(connection: Connection, text: string): void {
    if (!connection.alive) return;
    try {
      this.#receive(connection, text);
    } catch (error) {
      this.dependencies.logger.error('a frame could not be received', { error });
      connection.close('internal_error');
    }
  }

  #receive(connection: Connection, text: string): void {
    connection.heartbeat.received();
    const decoded = decodeClientFrame(text);
    this.dependencies.metrics.framesIn.add(decoded.ok ? decoded.frame.type : 'unreadable');
    if (!decoded.ok) {
      this.#refuse(connection, decoded);
      return;
    }
    const { frame } = decoded;
    const command = commandOf(frame.type);
    if (command !== undefined) this.dependencies.sender.send(connection, command, frame);
    else if (this.#mayGoOn(connection)) this.#other(connection, frame as Exclude<ClientFrame, CommandFrame>);
  }

  /** What is not a command. */
  #other(connection: Connection, frame: Exclude<ClientFrame, CommandFrame>): void {
    const { authenticator, cursors, typing } = this.dependencies;
    switch (frame.type) {
      case 'authenticate':
        authenticator.authenticate(connection, frame.token);
        break;
      case 'received':
        if (!cursors.confirm(connection, frame.seq)) {
          this.#error(connection, 'invalid_request', 'seq: the inbox does not reach that far');
        }
        break;
      case 'watch':
        this.#watch(connection, frame.user_ids);
        break;
      case 'typing':
        typing.publish(connection, frame);
        break;
    }
  }

  #watch(connection: Connection, userIds: readonly string[]): void {
    const { presence, announcements, rates, clock } = this.dependencies;
    if (!announcements.has('presence')) this.#error(connection, 'unknown_type', 'type: "watch" is not known yet');
    else if (rates.takeWatch(connection.userId, clock.monotonic()) > 0) {
      this.#error(connection, 'rate_limited', 'watch: too often');
    } else void presence.watch(connection, userIds);
  }

  /** A ping of the client: answered by the socket, counted here. */
  onPing(connection: Connection): void {
    connection.heartbeat.received();
    if (connection.alive) this.#mayGoOn(connection);
  }

  onPong(connection: Connection): void {
    connection.heartbeat.received();
  }

  onClosed(connection: Connection, code: number): void {
    this.dependencies.ender.end(connection, code);
  }

  #mayGoOn(connection: Connection): boolean {
    const { rates, clock } = this.dependencies;
    const now = clock.monotonic();
    if (connection.limits.take(now) === 0 && rates.takeFrame(connection.userId, now) === 0) return true;
    if (rates.isFlooding(connection.userId, now)) connection.close('rate_limited');
    else this.#error(connection, 'rate_limited', `at most ${OTHER_FRAMES_PER_SECOND} frames per second`);
    return false;
  }

  #refuse(
    connection: Connection,
    fault: { type: string | undefined; id: string | undefined; code: ErrorCode; message: string },
  ): void {
    const { sender, clock } = this.dependencies;
    if (fault.type !== undefined && commandOf(fault.type) !== undefined) {
      sender.refuse(connection, fault.id, fault.code, fault.message);
    } else this.#error(connection, fault.code, fault.message);
    if (connection.limits.isTooMalformed(clock.monotonic())) connection.close('protocol_violation');
  }

  #error(connection: Connection, code: ErrorCode, message: string): void {
    this.dependencies.transmitter.send(connection, { type: 'error', code, message });
  }
}
