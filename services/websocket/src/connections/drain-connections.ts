/**
 * Sends a pod's clients away without losing anything: keep accepting until no proxy sends new ones → refuse handshakes →
 * tell each client when to reconnect, each at another moment of the window → close each shortly after its moment, once
 * its sends are answered → write the cursors.
 *
 * States: running → settling → closing → drained. One drain per pod; calling again waits for the same.
 */
import type { Logger } from '@chat-app/platform';
import { delay } from '@chat-app/timing';
import type { Clock } from '../clock';
import type { CursorKeeper } from '../inbox/keep-cursors';
import type { ConnectionAcceptor } from './handshake/accept-connection';
import type { InboxFollower } from '../inbox/follow-inbox';
import type { WebsocketMetrics } from '../metrics';
import type { Connection } from './connection';
import type { Registry } from './registry';
import type { Transmitter } from '../delivery/transmit-frame';

export interface DrainerDependencies {
  acceptor: ConnectionAcceptor;
  registry: Registry;
  transmitter: Transmitter;
  cursors: CursorKeeper;
  follower: InboxFollower;
  metrics: WebsocketMetrics;
  settleMs: number;
  windowMs: number;
  clock: Clock;
  random: () => number;
  logger: Logger;
}

/** Longest time between two slices of closes, milliseconds. */
const SLICE_MS = 200;
/** How long after its moment a client that did not go by itself is closed, milliseconds. */
const COURTESY_MS = 500;
/** How long a close waits for the answers to sends, milliseconds. */
const MAX_WAIT_MS = 5_000;
/** How long closing handshakes may take at the end, milliseconds. */
const CLOSING_MS = 6_000;
const SLICES_PER_WINDOW = 100;

export class ConnectionDrainer {
  #drained: Promise<void> | undefined;

  constructor(private readonly dependencies: DrainerDependencies) {}

  /** Resolves when no client is left. Never rejects. */
  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async #drain(): Promise<void> {
    const { acceptor, registry, cursors, metrics, settleMs, logger } = this.dependencies;
    await delay(settleMs);
    acceptor.refuseAll();
    logger.info('closing connections', { connections: registry.size });
    await this.#sendAway();
    for (const connection of [...registry.connections]) connection.terminate();
    await cursors.flush();
    metrics.draining.set(0);
    logger.info('all connections closed');
  }

  /** Returns when nobody is left, or nobody who is left can be waited for any longer. */
  async #sendAway(): Promise<void> {
    const { registry, metrics, clock, windowMs } = this.dependencies;
    const end = clock.monotonic() + windowMs;
    const slice = Math.min(SLICE_MS, Math.max(1, windowMs / SLICES_PER_WINDOW));
    /** When each is to be closed. Handshakes let in before the refusal end during the drain: they are told then. */
    const moments = new Map<Connection, number>();
    for (;;) {
      const now = clock.monotonic();
      for (const connection of registry.connections) {
        const moment = moments.get(connection);
        if (moment !== undefined) this.#closeAt(moment, now, connection);
        else if (connection.state === 'open') moments.set(connection, this.#tell(connection, end, now));
      }
      metrics.draining.set(registry.size);
      if (registry.size === 0 || now > end + COURTESY_MS + MAX_WAIT_MS + CLOSING_MS) return;
      await delay(slice);
    }
  }

  /** Tells a client when to reconnect: within what is left of the window, each at another moment. */
  #tell(connection: Connection, end: number, now: number): number {
    const after = Math.round(this.dependencies.random() * Math.max(0, end - now));
    this.dependencies.transmitter.send(connection, { type: 'reconnect', after_ms: after });
    return now + after + COURTESY_MS;
  }

  /** Closes one connection once its moment has come and its sends are answered (those, only for so long). */
  #closeAt(moment: number, now: number, connection: Connection): void {
    if (now < moment || !connection.alive) return;
    connection.pause('leaving');
    if (connection.sends.unanswered > 0 && now < moment + MAX_WAIT_MS) return;
    this.dependencies.follower.step(connection, { kind: 'flush' });
    connection.close('service_restart');
  }
}
