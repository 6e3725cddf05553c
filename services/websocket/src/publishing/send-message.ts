/**
 * The sender's half of an event's road: command → checks → record → log → `accepted` → live publish. It knows no kind: what
 * differs between them stands in the protocol's registry.
 *
 * Messages of one connection are appended in the order they came, and so are its changes of messages, beside them: one whose
 * checks need others makes the later ones of its lane wait. One that names the one before it (`after`) waits for the checks of that
 * one in whichever lane it is, and is refused where it was rejected for the moment: nothing overtakes. Answers of a lane leave in its
 * order too. A send that was answered `rejected unavailable` may be written all the same.
 */
import {
  ERRORS,
  eventKind,
  MESSAGE_HEADERS,
  MESSAGES_TOPIC,
  type Acceptance,
  type AnyCommand,
  type CommandFields,
  type ErrorCode,
} from '@chat-app/protocol';
import type { AppendOrder, MessageLog } from '@chat-app/message-log';
import { isPlatformError, startSpan, type Logger, type SpanHandle } from '@chat-app/platform';
import type { Announcements } from '../inbox/announcements';
import type { InboxFollower } from '../inbox/follow-inbox';
import type { GroupSizes } from './find-group-sizes';
import { countSend, settleSend, type SendLimits } from './limit-unanswered-sends';
import type { WebsocketMetrics } from '../metrics';
import type { AcceptedEvent, LivePublisher } from './publish-live';
import type { ChangeGuard } from './guard-change';
import type { Destination } from './resolve-conversation';
import type { Clock } from '../clock';
import type { Connection } from '../connections/connection';
import type { UserRates } from '../connections/limit-user-rates';
import type { Transmitter } from '../delivery/transmit-frame';

export interface SenderDependencies {
  log: MessageLog;
  publisher: LivePublisher;
  guard: ChangeGuard;
  transmitter: Transmitter;
  limits: SendLimits;
  rates: UserRates;
  sizes: GroupSizes;
  metrics: WebsocketMetrics;
  follower: InboxFollower;
  announcements: Announcements;
  clock: Clock;
  logger: Logger;
}

/** A send under way. */
interface Sending {
  connection: Connection;
  command: AnyCommand;
  frame: CommandFields;
  /** What fails with it, and it with. */
  order: AppendOrder;
  span: SpanHandle;
  startedAt: number;
  answer(give: () => void): void;
}

const OUT_OF_ORDER: [ErrorCode, string] = ['out_of_order', 'the send before it was rejected'];

/** What persistence keeps of a command only where it announces so. */
const KEPT = [
  ['data', 'data'],
  ['reply_to', 'reply'],
  ['mentions', 'mentions'],
] as const;

/** What a change of a message that is not there costs beside its own send: persistence looked so often for it. */
const UNKNOWN_CHANGE_SENDS = 4;

/** Advice with answers that make sense to try again, milliseconds. */
const RETRY_AFTER_MS = 1_000;

export class MessageSender {
  constructor(private readonly dependencies: SenderDependencies) {}

  /** Takes a command. Its answer comes through the connection; this neither throws nor rejects. */
  send(connection: Connection, command: AnyCommand, frame: CommandFields): void {
    const { limits, clock, guard } = this.dependencies;
    const { sends } = connection;
    const isChange = command.changes !== undefined;
    const place = sends.placeOf(frame.id, frame.after, isChange);
    if (!countSend(connection, limits.unacknowledged)) {
      sends.placeOf(frame.id, undefined, isChange).order.failed = true;
      this.refuse(connection, frame.id, 'overloaded', 'too many sends without an answer', isChange);
      return;
    }
    const sending: Sending = {
      connection,
      command,
      frame,
      order: place.order,
      span: startSpan('send message', { kind: 'server' }),
      startedAt: clock.monotonic(),
      answer: sends.reserveAnswer(place),
    };
    const fault = this.#check(sending);
    if (fault !== undefined) {
      // It fails what follows it, not what came before it and may still wait.
      sending.order = sends.placeOf(frame.id, undefined, isChange).order;
      this.#reject(sending, ...fault);
      return;
    }
    const found = guard.resolve(connection, command, frame);
    if (!sends.isChecking(place) && !(found instanceof Promise)) this.#append(sending, found);
    else sends.inTurn(place, async () => this.#append(sending, await found));
  }

  /** Answers a command that did not get far enough to be one, in its turn. */
  refuse(connection: Connection, id: string | undefined, code: ErrorCode, message: string, isChange = false): void {
    const { sends } = connection;
    const answer = sends.reserveAnswer(sends.placeOf(undefined, undefined, isChange));
    answer(() => this.#tellRejected(connection, id, code, message));
  }

  #tellRejected(
    connection: Connection,
    id: string | undefined,
    code: ErrorCode,
    message: string,
    retryAfterMs?: number,
  ): void {
    const { transmitter, metrics } = this.dependencies;
    const { retryable } = ERRORS[code];
    metrics.rejected.add(code);
    transmitter.send(connection, {
      type: 'rejected',
      ...(id !== undefined && { id }),
      code,
      message,
      retryable,
      ...(retryable && { retry_after_ms: retryAfterMs ?? RETRY_AFTER_MS }),
    });
  }

  /** The checks that need nobody else. */
  #check({ connection, command, frame, order }: Sending): [ErrorCode, string, number?] | undefined {
    // Before anything is counted: it will come again.
    if (order.failed) return OUT_OF_ORDER;
    const { announcements, limits, rates, clock } = this.dependencies;
    const now = clock.monotonic();
    const wait = rates.takeSend(connection.userId, now);
    if (wait > 0) {
      if (rates.isFlooding(connection.userId, now)) connection.close('rate_limited');
      return ['rate_limited', `at most ${Math.ceil(rates.sendsPerSecond)} messages per second`, wait];
    }
    if (frame.sender_id !== undefined && frame.sender_id !== connection.userId) {
      return ['wrong_user', 'sender_id is not the authenticated user'];
    }
    // Persistence is upgraded first: until all of it knows a kind or feature, nobody may ask for it.
    if (!announcements.has(command.kind)) return ['unknown_type', `type: this server does not take ${frame.type} yet`];
    for (const [field, feature] of KEPT) {
      if (frame[field] !== undefined && !announcements.has(feature)) {
        return ['unknown_type', `${field}: this server does not keep it yet`];
      }
    }
    const fault = command.fault(frame, limits);
    if (fault !== undefined) return [fault, `content: ${ERRORS[fault].action}`];
    return undefined;
  }

  #append(sending: Sending, destination: Destination): void {
    const { connection, command, frame, order, span } = sending;
    if (connection.revoked) {
      this.#reject(sending, 'token_invalid', 'the session was ended');
      return;
    }
    if (order.failed) {
      this.#reject(sending, ...OUT_OF_ORDER);
      return;
    }
    if (!destination.ok) {
      const { rates, clock } = this.dependencies;
      if (destination.code === 'unknown_message') {
        rates.oweSends(connection.userId, clock.monotonic(), UNKNOWN_CHANGE_SENDS);
      }
      this.#reject(sending, destination.code, destination.message);
      return;
    }
    const { conversationId, recipientId, afterMs = 0 } = destination;
    const wait = recipientId === undefined ? this.#waitForRows(connection, conversationId) : 0;
    if (wait > 0) {
      this.#reject(sending, 'rate_limited', 'your messages to groups reach too many members', wait);
      return;
    }
    const { clock, follower, log } = this.dependencies;
    const acceptance: Acceptance = {
      actor_id: connection.userId,
      conversation_id: conversationId,
      recipient_id: recipientId,
      at: new Date(Math.max(clock.wall(), afterMs + 1)).toISOString(),
    };
    const record = command.toRecord(frame, acceptance);
    const eventId = eventKind(command.kind).eventId(record);
    const event: AcceptedEvent = { kind: command.kind, eventId, acceptance, record, value: JSON.stringify(record) };
    span.setAttribute('chat.message_id', eventId);
    // Before the log has it: the stored notice may overtake the acknowledgement.
    if (command.isState !== true) follower.step(connection, { kind: 'sending', eventId });
    const publish = startSpan(`${MESSAGES_TOPIC} publish`, { kind: 'producer', parent: span });
    const headers: Record<string, string> = {};
    if (command.kind !== 'message') headers[MESSAGE_HEADERS.kind] = command.kind;
    const traceparent = publish.traceparentIfFollowed;
    if (traceparent !== undefined) headers[MESSAGE_HEADERS.traceparent] = traceparent;
    log.append({ topic: MESSAGES_TOPIC, key: conversationId, value: event.value, headers }, order).then(
      () => {
        publish.end();
        this.#accept(sending, event, traceparent);
      },
      (error: unknown) => {
        publish.fail(error);
        publish.end();
        this.#fail(sending, eventId, error);
      },
    );
  }

  /**
   * A send to a group costs an entry for each member: 0 where the sender may, else the milliseconds until they may. What the
   * group turns out to have more is owed.
   */
  #waitForRows({ userId }: Connection, conversationId: string): number {
    const { rates, sizes, clock } = this.dependencies;
    const size = sizes.sizeOf(conversationId, userId);
    const wait = rates.takeRows(userId, clock.monotonic(), size.members);
    if (wait === 0) size.onMissing((members) => rates.oweRows(userId, clock.monotonic(), members));
    return wait;
  }

  #accept(sending: Sending, event: AcceptedEvent, traceparent: string | undefined): void {
    const { connection, command, frame } = sending;
    const { metrics, clock, publisher, follower, transmitter } = this.dependencies;
    const isState = command.isState === true;
    metrics.accepted.add('');
    connection.sends.forget(frame.id);
    metrics.appendSeconds.observe((clock.monotonic() - sending.startedAt) / 1_000);
    sending.answer(() => {
      transmitter.send(connection, {
        type: 'accepted',
        ...(frame.id !== undefined && { id: frame.id }),
        message_id: event.eventId,
        conversation_id: event.acceptance.conversation_id,
        sent_at: event.acceptance.at,
      });
      if (!isState) follower.step(connection, { kind: 'settled', eventId: event.eventId, accepted: true });
    });
    this.#settle(sending);
    // A state is told by whoever stores it, once it is stored.
    if (!isState) publisher.publish(event, connection, traceparent);
  }

  #fail(sending: Sending, id: string, error: unknown): void {
    const { connection } = sending;
    const [code, message] = outcomeOf(error);
    if (code === 'internal') this.dependencies.logger.error('a message could not be appended', { error });
    sending.span.fail(error);
    this.#reject(sending, code, message);
    // Its entry, should it be written all the same, comes as a message.
    this.dependencies.follower.step(connection, { kind: 'settled', eventId: id, accepted: false });
  }

  #reject(sending: Sending, code: ErrorCode, message: string, retryAfterMs?: number): void {
    const { connection, frame } = sending;
    if (ERRORS[code].retryable) sending.order.failed = true;
    else connection.sends.forget(frame.id);
    sending.span.setAttribute('chat.rejected', code);
    sending.answer(() => this.#tellRejected(connection, frame.id, code, message, retryAfterMs));
    this.#settle(sending);
  }

  #settle({ connection, span }: Sending): void {
    span.end();
    settleSend(connection, this.dependencies.limits.unacknowledged);
  }
}

/** What the sender is told about an append that failed. */
function outcomeOf(error: unknown): [ErrorCode, string] {
  if (!isPlatformError(error)) return ['internal', 'the message could not be accepted'];
  if (error.code === 'log_overloaded') return ['overloaded', 'too many messages are waiting'];
  if (error.code === 'log_record_too_large') return ['content_too_large', 'the message is larger than the log takes'];
  if (error.code === 'log_unavailable' || error.code === 'log_closed') {
    return ['unavailable', 'the outcome is unknown: send it again with the same id'];
  }
  return ['internal', 'the message could not be accepted'];
}
