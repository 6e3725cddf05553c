import { encodeServerFrame, type PresenceEnvelope, type TypingEnvelope } from '@chat-app/protocol';
import type { Registry } from '../connections/registry';
import type { WebsocketMetrics } from '../metrics';
import type { PresenceWatch } from '../presence/watch-presence';
import { encodeFrame, type EncodedFrame } from './encode-frame';
import { isKeptFrom } from './keep-from-blocked';
import type { Transmitter } from './transmit-frame';

/** Passes signals to the connections they concern, encoded once for all; whoever is slow is told no such thing. */
export class SignalDeliverer {
  constructor(
    private readonly registry: Registry,
    private readonly transmitter: Transmitter,
    private readonly metrics: WebsocketMetrics,
    private readonly watch: Pick<PresenceWatch, 'suspectChange'>,
  ) {}

  /** Somebody came or went, it is said. */
  presence({ user_id }: PresenceEnvelope): void {
    this.watch.suspectChange(user_id);
  }

  /** Somebody types: told to all members but themselves, whatever their devices. */
  typing(channel: string, { conversation_id, user_id, active }: TypingEnvelope): void {
    let frame: EncodedFrame | undefined;
    for (const user of this.registry.subscribers(channel)) {
      if (user.userId === user_id || isKeptFrom(user, user_id, channel)) continue;
      for (const connection of user.connections) {
        if (connection.state !== 'open') continue;
        if (this.transmitter.isCongested(connection)) {
          this.metrics.signalsDropped.add('congested');
          continue;
        }
        frame ??= encodeFrame(encodeServerFrame({ type: 'typing', conversation_id, user_id, active }));
        this.transmitter.write(connection, frame, 'typing');
      }
    }
  }
}
