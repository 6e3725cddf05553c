import { decodeEnvelope, type MessageEnvelope, type StoredEnvelope } from '@chat-app/protocol';
import { startSpan, type Logger } from '@chat-app/platform';
import type { InboxEvent } from '../inbox/follow-inbox';
import type { WebsocketMetrics } from '../metrics';
import { encodeFrame } from './encode-frame';
import type { Connection } from '../connections/connection';
import type { StoredPair } from '../inbox/position';
import type { Registry, UserOnPod } from '../connections/registry';

export interface DelivererParts {
  registry: Registry;
  metrics: WebsocketMetrics;
  now: () => number;
  step: (connection: Connection, event: InboxEvent) => void;
  changeGroup: (userId: string, group: string, change: 'joined' | 'left', seq: number) => void;
  endSessions: (userId: string, sessionIds: readonly string[] | undefined) => void;
  logger: Logger;
}

/**
 * Receives what the fan-out hears and passes it to the connections it concerns. A message is encoded once for all
 * sockets of the pod.
 */
export class Deliverer {
  constructor(private readonly parts: DelivererParts) {}

  /** Never throws: the fan-out calls it from its own event loop turn. */
  receive(channel: string, payload: Uint8Array): void {
    try {
      this.#receive(channel, payload);
    } catch (error) {
      this.parts.logger.error('an envelope could not be delivered', { channel, error });
    }
  }

  #receive(channel: string, payload: Uint8Array): void {
    const decoded = decodeEnvelope(payload);
    if (decoded === undefined) return;
    const { envelope, body } = decoded;
    switch (envelope.kind) {
      case 'message':
        if (body !== undefined) this.#deliver(channel, envelope, body);
        break;
      case 'stored':
        for (const user of this.parts.registry.hearers(channel)) this.#notice(user, envelope);
        break;
      case 'membership':
        this.#membership(envelope.user_id, envelope.conversation_id, envelope.change, envelope.seq);
        break;
      case 'signed_out':
        this.parts.endSessions(envelope.user_id, envelope.session_ids);
        break;
    }
  }

  #deliver(channel: string, envelope: MessageEnvelope, body: Uint8Array): void {
    const { registry, metrics, now, step } = this.parts;
    // One span per message and pod, however many sockets.
    const span =
      envelope.traceparent === undefined
        ? undefined
        : startSpan('deliver message', { kind: 'consumer', parent: envelope.traceparent });
    let event: InboxEvent | undefined;
    for (const user of registry.hearers(channel)) {
      for (const connection of user.connections) {
        if (connection.id === envelope.origin) continue;
        event ??= { kind: 'live', messageId: envelope.message_id, body: encodeFrame(body) };
        step(connection, event);
      }
    }
    if (event !== undefined && envelope.accepted_at_ms !== undefined) {
      metrics.deliverySeconds.observe(Math.max(0, now() - envelope.accepted_at_ms) / 1_000, { path: 'live' });
    }
    span?.end();
  }

  #notice(user: UserOnPod, envelope: StoredEnvelope): void {
    const positions = envelope.positions[user.userId];
    if (positions === undefined) return;
    const pairs: StoredPair[] = [];
    envelope.message_ids.forEach((messageId, index) => {
      const seq = positions[index];
      if (seq !== undefined && seq > 0) pairs.push([seq, messageId]);
    });
    this.parts.metrics.storedNotices.add('', pairs.length);
    for (const connection of user.connections) this.parts.step(connection, { kind: 'notice', pairs });
  }

  #membership(userId: string, group: string, change: 'joined' | 'left', seq: number): void {
    this.parts.changeGroup(userId, group, change, seq);
    for (const connection of this.parts.registry.find(userId)?.connections ?? []) {
      connection.readCause = 'membership';
      this.parts.step(connection, { kind: 'head', seq });
    }
  }
}
