import {
  conversationChannel,
  eventKind,
  userChannel,
  writeEnvelope,
  type Acceptance,
  type EventKindName,
  type EventRecord,
} from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Fanout } from '@chat-app/fanout';
import type { Clock } from '../clock';
import type { EnvelopeReceiver } from '../delivery/receive-envelope';
import type { WebsocketMetrics } from '../metrics';

/** An event that the log has acknowledged. */
export interface AcceptedEvent {
  kind: EventKindName;
  eventId: string;
  acceptance: Acceptance;
  record: EventRecord;
  /** The record, encoded. */
  value: string;
}

export interface PublisherDependencies {
  fanout: Fanout;
  /** Delivers on this pod at least, during an outage of the fan-out. */
  envelopes: EnvelopeReceiver;
  metrics: WebsocketMetrics;
  clock: Clock;
  logger: Logger;
}

/**
 * Publishes an accepted event to whoever is online: on the channels of both users of a direct conversation, or on the
 * channel of the group. At most once: what is lost here is found in the inbox.
 */
export class LivePublisher {
  constructor(private readonly dependencies: PublisherDependencies) {}

  /** `origin` is the connection that asked for the event. Neither throws nor rejects. */
  publish(event: AcceptedEvent, origin: string, traceparent: string | undefined): void {
    const { actor_id, conversation_id, recipient_id } = event.acceptance;
    const payload = writeEnvelope(
      {
        kind: 'event',
        event_kind: event.kind,
        event_id: event.eventId,
        conversation_id,
        actor_id,
        origin,
        accepted_at_ms: this.dependencies.clock.wall(),
        ...(traceparent !== undefined && { traceparent }),
      },
      frameOf(event),
    );
    if (recipient_id === undefined) this.#publish(conversationChannel(conversation_id), payload);
    else {
      this.#publish(userChannel(recipient_id), payload);
      if (recipient_id !== actor_id) this.#publish(userChannel(actor_id), payload);
    }
  }

  #publish(channel: string, payload: string): void {
    const { fanout, metrics, logger, envelopes } = this.dependencies;
    fanout.publish(channel, payload).catch((error: unknown) => {
      metrics.publishFailures.inc();
      if (!isPlatformError(error, 'fanout_unavailable')) logger.error('an event was not published', { error });
      envelopes.receive(channel, Buffer.from(payload));
    });
  }
}

function frameOf({ kind, record, value }: AcceptedEvent): string {
  // A message's frame is its record with a type: it need not be encoded a second time.
  if (kind === 'message') return `{"type":"message",${value.slice(1)}`;
  return JSON.stringify(eventKind(kind).toFrame(record));
}
