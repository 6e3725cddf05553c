/**
 * Sends a pod's clients away without losing anything: keep accepting until no proxy sends new ones → refuse handshakes →
 * tell each client when to reconnect, each at another moment of the window → close each shortly after its moment, once
 * its sends are answered → write the cursors.
 *
 * States: running → settling → closing → drained. One drain per pod; calling again waits for the same.
 */
import type { Logger } from '@chat-app/platform';
import type { CursorKeeper } from './confirm-received';
import type { ConnectionAcceptor } from './accept-connection';
import type { InboxEvent } from './follow-inbox';
import type { Connection } from './state/connection';
import type { Registry } from './state/registry';
import type { Transmitter } from './transmit-frame';

export interface DrainerParts {
  acceptor: ConnectionAcceptor;
  registry: Registry;
  transmitter: Transmitter;
  cursors: CursorKeeper;
  step(connection: Connection, event: InboxEvent): void;
  settleMs: number;
  windowMs: number;
  random: () => number;
  logger: Logger;
}

/** Time between two slices of closes, milliseconds. */
const SLICE_MS = 200;
/** How long after its moment a client that did not go by itself is closed, milliseconds. */
const COURTESY_MS = 500;
/** How long a close waits for the answers to sends, milliseconds. */
const MOST_WAIT_MS = 5_000;
/** How long closing handshakes may take at the end, milliseconds. */
const CLOSING_MS = 6_000;

export class ConnectionDrainer {
  #drained: Promise<void> | undefined;
  #left = 0;

  constructor(private readonly parts: DrainerParts) {}

  /** Sockets still to be closed. */
  get left(): number {
    return this.#left;
  }

  /** Resolves when no client is left. Never rejects. */
  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async #drain(): Promise<void> {
    const { acceptor, registry, cursors, settleMs, logger } = this.parts;
    await pause(settleMs);
    acceptor.refuseAll();
    logger.info('sending clients away', { connections: registry.size });
    await this.#sendAway();
    const deadline = Date.now() + CLOSING_MS;
    while (registry.size > 0 && Date.now() < deadline) await pause(SLICE_MS / 4);
    for (const connection of [...registry.connections]) connection.socket.terminate();
    await cursors.flush();
    this.#left = 0;
    logger.info('clients are gone');
  }

  async #sendAway(): Promise<void> {
    const { registry, windowMs, random, transmitter } = this.parts;
    const begun = Date.now();
    const leaving: { connection: Connection; at: number; latest: number }[] = [];
    // A handshake that was let in before the refusal may end during the drain: new ones are told as they appear.
    const told = new Set<Connection>();
    const invite = (): void => {
      for (const connection of registry.connections) {
        if (told.has(connection) || connection.state === 'opening') continue;
        told.add(connection);
        const after = Math.round(random() * Math.max(0, begun + windowMs - Date.now()));
        transmitter.send(connection, { type: 'reconnect', after_ms: after });
        const at = Date.now() + after + COURTESY_MS;
        leaving.push({ connection, at, latest: at + MOST_WAIT_MS });
      }
    };
    invite();
    leaving.sort((one, other) => one.at - other.at);
    const end = begun + windowMs + COURTESY_MS + MOST_WAIT_MS;
    while (registry.size > 0 && Date.now() <= end + SLICE_MS) {
      const now = Date.now();
      for (const entry of leaving) {
        if (entry.at > now || !entry.connection.alive) continue;
        this.#close(entry.connection, now >= entry.latest);
      }
      this.#left = registry.size;
      if (leaving.every(({ connection }) => !connection.alive)) {
        invite();
        if (leaving.every(({ connection }) => !connection.alive)) {
          if ([...registry.connections].every(({ state }) => state !== 'opening')) return;
        }
      }
      await pause(Math.min(SLICE_MS, windowMs + SLICE_MS / 10));
    }
  }

  /** Closes one connection, unless answers to its sends are still to come. */
  #close(connection: Connection, whatever: boolean): void {
    const { step, transmitter } = this.parts;
    if (!connection.held) {
      connection.held = true;
      connection.socket.holdReading();
    }
    if (connection.unacknowledged > 0 && !whatever) return;
    step(connection, { kind: 'flush' });
    transmitter.close(connection, 'service_restart');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
