import type { StateEnvelope } from '@chat-app/protocol';
import type { Registry } from '../connections/registry';
import { isKeptFrom } from './keep-from-blocked';
import { encodeFrame, type EncodedFrame } from './encode-frame';
import type { Transmitter } from './transmit-frame';

/**
 * Passes what a conversation is now to the connections that it concerns, as the bytes it came as: no entry, so it moves no
 * position. Whoever is slow is told no such thing, and asks when that is over.
 */
export class StateDeliverer {
  constructor(
    private readonly registry: Registry,
    private readonly transmitter: Transmitter,
  ) {}

  deliver(channel: string, { state_kind, actor_id, not_for = [] }: StateEnvelope, payload: Uint8Array): void {
    let frame: EncodedFrame | undefined;
    for (const user of this.registry.subscribers(channel)) {
      if (not_for.includes(user.userId)) continue;
      if (actor_id !== undefined && isKeptFrom(user, actor_id, channel)) continue;
      for (const connection of user.connections) {
        if (connection.state !== 'open' || this.transmitter.isCongested(connection)) continue;
        frame ??= encodeFrame(payload);
        this.transmitter.write(connection, frame, state_kind);
      }
    }
  }
}
