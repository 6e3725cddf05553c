import {
  conversationChannel,
  directConversationId,
  presenceChannel,
  ENDED_SESSIONS_CHANNEL,
  readEnvelope,
  userChannel,
  type ChannelEnvelope,
  type EventEnvelope,
  type StoredEventsEnvelope,
  type TypingEnvelope,
} from '@chat-app/protocol';
import { startSpan, type Logger } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { ConnectedUser } from '../connections/connection';
import type { Registry } from '../connections/registry';
import type { SessionGuard } from '../connections/guard-sessions';
import type { InboxEvent, InboxFollower } from '../inbox/follow-inbox';
import type { HeadReader } from '../inbox/read-heads';
import type { StoredPair } from '../inbox/position-events';
import type { WebsocketMetrics } from '../metrics';
import type { SignalDeliverer } from './deliver-signal';
import type { StateDeliverer } from './deliver-state';
import { encodeFrame } from './encode-frame';
import { isKeptFrom } from './keep-from-blocked';

export interface DelivererDependencies {
  registry: Registry;
  follower: InboxFollower;
  sessions: SessionGuard;
  signals: SignalDeliverer;
  states: StateDeliverer;
  metrics: WebsocketMetrics;
  heads: HeadReader;
  clock: Clock;
  logger: Logger;
}

/**
 * Receives what the fan-out brings and passes it to the connections it concerns. An event is encoded once for all
 * sockets of the pod.
 */
export class Deliverer {
  constructor(private readonly dependencies: DelivererDependencies) {}

  /** Never throws: the fan-out calls it from its own event loop turn. */
  receive(channel: string, payload: Uint8Array): void {
    try {
      this.#receive(channel, payload);
    } catch (error) {
      this.dependencies.logger.error('an envelope could not be delivered', { channel, error });
    }
  }

  #receive(channel: string, payload: Uint8Array): void {
    const read = readEnvelope(payload);
    if (!read.ok) {
      this.dependencies.metrics.envelopesIgnored.add(read.reason);
      return;
    }
    const { envelope, frame } = read;
    const { registry, sessions, signals, metrics, heads } = this.dependencies;
    // Redis is not believed: an envelope concerns nobody but those whose channel it came on.
    if (!fitsChannel(envelope, channel)) {
      metrics.envelopesIgnored.add('wrong_channel');
      return;
    }
    switch (envelope.kind) {
      case 'event':
        if (frame !== undefined) this.#event(channel, envelope, frame);
        break;
      case 'stored':
        for (const user of registry.subscribers(channel)) this.#notice(user, envelope);
        break;
      case 'state':
        if (frame !== undefined) this.dependencies.states.deliver(channel, envelope, frame);
        break;
      case 'signed_out':
        sessions.notifyEnded(envelope.user_id, envelope.session_ids);
        break;
      case 'presence':
        signals.presence(envelope);
        break;
      case 'typing':
        signals.typing(channel, envelope);
        break;
      case 'blocks_changed':
        if (registry.find(envelope.user_id) !== undefined) void heads.readSoon(envelope.user_id);
        break;
    }
  }

  /**
   * A join or leave is told with its inbox entry alone, which persistence vouches for: the stored notice that follows lets it
   * be read. Of a leave the pod takes the hint at once.
   */
  #event(channel: string, envelope: EventEnvelope, frame: Uint8Array): void {
    if (!isVouchedFor(envelope)) this.#deliver(channel, envelope, frame);
    if (envelope.event_kind !== 'left') return;
    for (const { userId } of this.dependencies.registry.subscribers(channel)) {
      this.dependencies.follower.suspectLeft(userId, envelope.conversation_id);
    }
  }

  #deliver(channel: string, envelope: EventEnvelope, frame: Uint8Array): void {
    const { registry, follower, metrics, clock } = this.dependencies;
    // One span per event and pod, however many sockets.
    const span =
      envelope.traceparent === undefined
        ? undefined
        : startSpan('deliver message', { kind: 'consumer', parent: envelope.traceparent });
    let event: InboxEvent | undefined;
    for (const user of registry.subscribers(channel)) {
      if (isRefused(user, envelope, channel)) continue;
      for (const connection of user.connections) {
        if (connection.id === envelope.origin) continue;
        event ??= {
          kind: 'live',
          eventId: envelope.event_id,
          eventKind: envelope.event_kind,
          body: encodeFrame(frame),
        };
        follower.step(connection, event);
      }
    }
    if (event !== undefined && envelope.accepted_at_ms !== undefined) {
      metrics.deliverySeconds.observe(Math.max(0, clock.wall() - envelope.accepted_at_ms) / 1_000, { path: 'live' });
    }
    span?.end();
  }

  #notice(user: ConnectedUser, envelope: StoredEventsEnvelope): void {
    const positions = envelope.positions[user.userId];
    if (positions === undefined) return;
    const { follower, metrics } = this.dependencies;
    const pairs: StoredPair[] = [];
    envelope.event_ids.forEach((eventId, index) => {
      const seq = positions[index];
      if (seq !== undefined && seq > 0) pairs.push([seq, eventId]);
    });
    metrics.storedNotices.add('', pairs.length);
    for (const connection of user.connections) follower.step(connection, { kind: 'notice', pairs });
  }
}

/** Whether what an envelope is about is what its channel is about. */
function fitsChannel(envelope: ChannelEnvelope, channel: string): boolean {
  switch (envelope.kind) {
    case 'event':
      if (channel.startsWith(USER_PREFIX)) return true;
      return !isPersonal(envelope) && channel === conversationChannel(envelope.conversation_id);
    case 'state':
      return channel.startsWith(USER_PREFIX) || channel === conversationChannel(envelope.conversation_id);
    case 'signed_out':
      // Where authentication alone may publish.
      return channel === ENDED_SESSIONS_CHANNEL;
    case 'presence':
      return channel === presenceChannel(envelope.user_id);
    case 'typing':
      return channel === conversationChannel(envelope.conversation_id) || isOfDirect(envelope, channel);
    case 'blocks_changed':
      return channel === userChannel(envelope.user_id);
    case 'stored':
      // Only positions of the channel's own subscribers are looked at.
      return true;
  }
}

const USER_PREFIX = userChannel('');

/** Kinds beside `joined` and `left` that are an entry of one user alone. */
const PERSONAL: ReadonlySet<string> = new Set(['read', 'settings', 'blocked', 'invited', 'uninvited']);

/**
 * A direct message of somebody who is blocked, whose pod did not know: persistence will not store it. One that it stored before
 * comes from the inbox.
 */
function isRefused(user: ConnectedUser, { actor_id, event_kind }: EventEnvelope, channel: string): boolean {
  return event_kind !== 'deleted' && isKeptFrom(user, actor_id, channel);
}

/** Whether the conversation is the direct one of whoever types and the channel's user. */
function isOfDirect({ user_id, conversation_id }: TypingEnvelope, channel: string): boolean {
  if (!channel.startsWith(USER_PREFIX)) return false;
  return directConversationId(user_id, channel.slice(USER_PREFIX.length)) === conversation_id;
}

/** It concerns one user alone. */
function isPersonal(envelope: EventEnvelope): boolean {
  return isVouchedFor(envelope) || PERSONAL.has(envelope.event_kind);
}

/** It concerns what this pod subscribes to for a user: persistence alone is believed. */
function isVouchedFor({ event_kind }: EventEnvelope): boolean {
  return event_kind === 'joined' || event_kind === 'left';
}
