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
import type { Connection } from '../connections/connection';
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

/** How long it is believed that no other pod hears a user's channel, milliseconds. */
const ALONE_MS = 1_000;

/**
 * Publishes an accepted event to whoever is online: on the channels of both users of a direct conversation, or on the
 * channel of the group. At most once: what is lost here is found in the inbox.
 */
export class LivePublisher {
  constructor(private readonly dependencies: PublisherDependencies) {}

  /** For the connection that asked for the event. Neither throws nor rejects. */
  publish(event: AcceptedEvent, asker: Connection, traceparent: string | undefined): void {
    const { actor_id, conversation_id, recipient_id } = event.acceptance;
    const payload = writeEnvelope(
      {
        kind: 'event',
        event_kind: event.kind,
        event_id: event.eventId,
        conversation_id,
        actor_id,
        origin: asker.id,
        accepted_at_ms: this.dependencies.clock.wall(),
        ...(traceparent !== undefined && { traceparent }),
      },
      frameOf(event),
    );
    if (recipient_id === undefined) void this.#publish(conversationChannel(conversation_id), payload);
    else {
      void this.#publish(userChannel(recipient_id), payload);
      if (recipient_id !== actor_id) void this.#publishToOwn(asker, payload);
    }
  }

  /**
   * To the other devices of whoever asked, if there may be any. A device that comes to another pod within the moment that this is
   * not asked again finds the event in its inbox, as it finds everything that it does not hear.
   */
  async #publishToOwn({ user, userId }: Connection, payload: string): Promise<void> {
    const { fanout, clock } = this.dependencies;
    const isOnly = user?.connections.length === 1;
    if (isOnly && user.isAlone(clock.monotonic())) return;
    const heard = await this.#publish(userChannel(userId), payload);
    // This pod itself hears it, where it is connected.
    if (isOnly && heard === 1 && fanout.state === 'connected') user.aloneUntil(clock.monotonic() + ALONE_MS);
  }

  /** Answers how many pods heard it, as far as that is known. */
  async #publish(channel: string, payload: string): Promise<number | undefined> {
    const { fanout, metrics, logger, envelopes } = this.dependencies;
    try {
      return await fanout.publish(channel, payload);
    } catch (error) {
      metrics.publishFailures.inc();
      if (!isPlatformError(error, 'fanout_unavailable')) logger.error('an event was not published', { error });
      envelopes.receive(channel, Buffer.from(payload));
      return undefined;
    }
  }
}

function frameOf({ kind, record, value }: AcceptedEvent): string {
  // A message's frame is its record with a type: it need not be encoded a second time.
  if (kind === 'message') return `{"type":"message",${value.slice(1)}`;
  return JSON.stringify(eventKind(kind).toFrame(record));
}
