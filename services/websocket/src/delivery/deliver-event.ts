import { LIMITS, type EventEnvelope, type StoredEventsEnvelope } from '@chat-app/protocol';
import { startSpan } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { ConnectedUser } from '../connections/connection';
import type { Registry } from '../connections/registry';
import type { InboxEvent, InboxFollower } from '../inbox/follow-inbox';
import type { StoredPair } from '../inbox/position-events';
import type { WebsocketMetrics } from '../metrics';
import { encodeFrame } from './encode-frame';
import { isVouchedFor } from './fits-channel';
import { isKeptFrom } from './keep-from-blocked';

export interface EventDelivererDependencies {
  registry: Registry;
  follower: InboxFollower;
  metrics: WebsocketMetrics;
  clock: Clock;
}

/** Passes live events, and the notices that they were stored, to the connections they concern: an event is encoded once for all. */
export class EventDeliverer {
  constructor(private readonly dependencies: EventDelivererDependencies) {}

  /**
   * A join or leave is told with its inbox entry alone, which persistence vouches for: the stored notice that follows lets it
   * be read. Of a leave the pod takes the hint at once.
   */
  event(channel: string, envelope: EventEnvelope, frame: Uint8Array): void {
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

  /**
   * Tells the connections of each user where events stand in their inbox. In a conversation too large for receipts nobody waits for
   * what its members confirm: each of them is told, and confirms, less often.
   */
  stored(channel: string, envelope: StoredEventsEnvelope): void {
    const patient = hasMoreKeys(envelope.positions, LIMITS.receiptMembers);
    for (const user of this.dependencies.registry.subscribers(channel)) this.#notice(user, envelope, patient);
  }

  #notice(user: ConnectedUser, envelope: StoredEventsEnvelope, patient: boolean): void {
    const positions = envelope.positions[user.userId];
    if (positions === undefined) return;
    const { follower, metrics } = this.dependencies;
    const pairs: StoredPair[] = [];
    envelope.event_ids.forEach((eventId, index) => {
      const seq = positions[index];
      if (seq !== undefined && seq > 0) pairs.push([seq, eventId]);
    });
    metrics.storedNotices.add('', pairs.length);
    for (const connection of user.connections) follower.step(connection, { kind: 'notice', pairs, patient });
  }
}

function hasMoreKeys(object: object, count: number): boolean {
  let left = count;
  for (const _ in object) if (--left < 0) return true;
  return false;
}

/**
 * A direct message of somebody who is blocked, whose pod did not know: persistence will not store it. One that it stored before
 * comes from the inbox.
 */
function isRefused(user: ConnectedUser, { actor_id, event_kind }: EventEnvelope, channel: string): boolean {
  return event_kind !== 'deleted' && isKeptFrom(user, actor_id, channel);
}
