import { conversationChannel, encodeEnvelope, userChannel, type ChatMessage } from '@chat-app/protocol';
import type { Fanout } from '@chat-app/fanout';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { Deliverer } from '../delivery/deliver-message';
import type { WebsocketMetrics } from '../metrics';

export interface PublisherDependencies {
  fanout: Fanout;
  /** Delivers on this pod at least, during an outage of the fan-out. */
  deliverer: Deliverer;
  metrics: WebsocketMetrics;
  clock: Clock;
  logger: Logger;
}

/**
 * Publishes an accepted message to whoever is online: on the channels of both users of a direct conversation, or on the
 * channel of the group. At most once: what is lost here is found in the inbox.
 */
export class LivePublisher {
  constructor(private readonly dependencies: PublisherDependencies) {}

  /** `value` is the encoded message. Neither throws nor rejects. */
  publish(message: ChatMessage, value: string, origin: string, traceparent: string | undefined): void {
    const { message_id, conversation_id, sender_id, recipient_id } = message;
    // The frame is the message with a type: it need not be encoded a second time.
    const frame = `{"type":"message",${value.slice(1)}`;
    const payload = encodeEnvelope(
      {
        kind: 'message',
        message_id,
        conversation_id,
        sender_id,
        origin,
        accepted_at_ms: this.dependencies.clock.wall(),
        ...(traceparent !== undefined && { traceparent }),
      },
      frame,
    );
    if (recipient_id === undefined) this.#publish(conversationChannel(conversation_id), payload);
    else {
      this.#publish(userChannel(recipient_id), payload);
      if (recipient_id !== sender_id) this.#publish(userChannel(sender_id), payload);
    }
  }

  #publish(channel: string, payload: string): void {
    const { fanout, metrics, logger, deliverer } = this.dependencies;
    fanout.publish(channel, payload).catch((error: unknown) => {
      metrics.publishFailures.inc();
      if (!isPlatformError(error, 'fanout_unavailable')) logger.error('a message was not published', { error });
      deliverer.receive(channel, Buffer.from(payload));
    });
  }
}
