import { decodeEnvelope, type MessageEnvelope, type StoredEnvelope } from '@chat-app/protocol';
import { startSpan, type Logger } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { Registry } from '../connections/registry';
import type { UserOnPod } from '../connections/user-on-pod';
import type { SessionWatch } from '../connections/watch-sessions';
import type { InboxEvent, InboxFollower } from '../inbox/follow-inbox';
import type { StoredPair } from '../inbox/position-events';
import type { WebsocketMetrics } from '../metrics';
import { encodeFrame } from './encode-frame';

export interface DelivererDependencies {
  registry: Registry;
  follower: InboxFollower;
  sessions: SessionWatch;
  metrics: WebsocketMetrics;
  clock: Clock;
  logger: Logger;
}

/**
 * Receives what the fan-out brings and passes it to the connections it concerns. A message is encoded once for all
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
    const decoded = decodeEnvelope(payload);
    if (decoded === undefined) return;
    const { envelope, body } = decoded;
    const { registry, sessions } = this.dependencies;
    switch (envelope.kind) {
      case 'message':
        if (body !== undefined) this.#deliver(channel, envelope, body);
        break;
      case 'stored':
        for (const user of registry.subscribers(channel)) this.#notice(user, envelope);
        break;
      case 'membership':
        this.#membership(envelope.user_id, envelope.conversation_id, envelope.change, envelope.seq);
        break;
      case 'signed_out':
        sessions.end(envelope.user_id, envelope.session_ids);
        break;
    }
  }

  #deliver(channel: string, envelope: MessageEnvelope, body: Uint8Array): void {
    const { registry, follower, metrics, clock } = this.dependencies;
    // One span per message and pod, however many sockets.
    const span =
      envelope.traceparent === undefined
        ? undefined
        : startSpan('deliver message', { kind: 'consumer', parent: envelope.traceparent });
    let event: InboxEvent | undefined;
    for (const user of registry.subscribers(channel)) {
      for (const connection of user.connections) {
        if (connection.id === envelope.origin) continue;
        event ??= { kind: 'live', eventId: envelope.message_id, body: encodeFrame(body) };
        follower.step(connection, event);
      }
    }
    if (event !== undefined && envelope.accepted_at_ms !== undefined) {
      metrics.deliverySeconds.observe(Math.max(0, clock.wall() - envelope.accepted_at_ms) / 1_000, { path: 'live' });
    }
    span?.end();
  }

  #notice(user: UserOnPod, envelope: StoredEnvelope): void {
    const positions = envelope.positions[user.userId];
    if (positions === undefined) return;
    const { follower, metrics } = this.dependencies;
    const pairs: StoredPair[] = [];
    envelope.message_ids.forEach((eventId, index) => {
      const seq = positions[index];
      if (seq !== undefined && seq > 0) pairs.push([seq, eventId]);
    });
    metrics.storedNotices.add('', pairs.length);
    for (const connection of user.connections) follower.step(connection, { kind: 'notice', pairs });
  }

  #membership(userId: string, group: string, change: 'joined' | 'left', seq: number): void {
    const { registry, follower } = this.dependencies;
    follower.changeGroup(userId, group, change, seq);
    for (const connection of registry.find(userId)?.connections ?? []) {
      follower.step(connection, { kind: 'head', seq, cause: 'membership' });
    }
  }
}
