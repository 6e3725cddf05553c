import type { Subscriptions } from '../delivery/subscriptions';
import type { CursorKeeper } from '../inbox/keep-cursors';
import type { WebsocketMetrics } from '../metrics';
import type { LeaseHolder } from '../presence/hold-leases';
import type { PresenceWatch } from '../presence/watch-presence';
import type { Connection } from './connection';
import type { Registry } from './registry';

/** Lets go of what a connection held on this pod once its socket is gone. */
export class ConnectionEnder {
  constructor(
    private readonly registry: Registry,
    private readonly subscriptions: Subscriptions,
    private readonly cursors: CursorKeeper,
    private readonly presence: { watch: PresenceWatch; leases: LeaseHolder },
    private readonly metrics: WebsocketMetrics,
  ) {}

  /** Once for a connection, however often it is called. */
  end(connection: Connection, code: number): void {
    if (!connection.end()) return;
    this.metrics.closed.add(String(code));
    void this.subscriptions.apply(this.registry.remove(connection));
    this.presence.watch.ended(connection);
    this.presence.leases.went(connection.userId);
    // The device may come back on another pod at once: its cursor should be there before it.
    if (this.cursors.waits(connection)) void this.cursors.flush();
  }

  /** Cuts every socket that is still open. */
  endAll(): void {
    for (const connection of [...this.registry.connections]) {
      connection.terminate();
      this.end(connection, 1006);
    }
  }
}
