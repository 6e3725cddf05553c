import { readEnvelope } from '@chat-app/protocol';
import type { Logger } from '@chat-app/platform';
import type { Registry } from '../connections/registry';
import type { SessionGuard } from '../connections/guard-sessions';
import type { HeadReader } from '../inbox/read-heads';
import type { WebsocketMetrics } from '../metrics';
import type { EventDeliverer } from './deliver-event';
import type { SignalDeliverer } from './deliver-signal';
import type { StateDeliverer } from './deliver-state';
import { fitsChannel } from './fits-channel';

export interface EnvelopeReceiverDependencies {
  events: EventDeliverer;
  states: StateDeliverer;
  signals: SignalDeliverer;
  sessions: SessionGuard;
  registry: Registry;
  heads: HeadReader;
  metrics: WebsocketMetrics;
  logger: Logger;
}

/** Receives what the fan-out brings, and hands it to whoever passes on what is of its kind. */
export class EnvelopeReceiver {
  constructor(private readonly dependencies: EnvelopeReceiverDependencies) {}

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
    const { events, states, signals, sessions, registry, heads, metrics } = this.dependencies;
    // Redis is not believed: an envelope concerns nobody but those whose channel it came on.
    if (!fitsChannel(envelope, channel)) {
      metrics.envelopesIgnored.add('wrong_channel');
      return;
    }
    switch (envelope.kind) {
      case 'event':
        if (frame !== undefined) events.event(channel, envelope, frame);
        break;
      case 'stored':
        events.stored(channel, envelope);
        break;
      case 'state':
        if (frame !== undefined) states.deliver(channel, envelope, frame);
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
}
