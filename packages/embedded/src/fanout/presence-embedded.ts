import type { PresenceLeases } from '@chat-app/fanout';
import { PlatformError } from '@chat-app/platform';

/** When leases of pods end, and their holds of users, by the monotonic clock: what embedded leases of one process share. */
export class EmbeddedLeaseBoard {
  readonly pods = new Map<object, number>();
  readonly users = new Map<string, Map<object, number>>();

  /** Forgets everything, as a Redis does that comes back empty. */
  clear(): void {
    this.pods.clear();
    this.users.clear();
  }
}

/** Leases within one process. Always available, unless a test says so with `available`. */
export class EmbeddedPresenceLeases implements PresenceLeases {
  /** For tests: false as in an outage. */
  available = true;

  constructor(private readonly board = new EmbeddedLeaseBoard()) {}

  async renew(forMs: number): Promise<boolean> {
    this.#check();
    const wasKnown = this.board.pods.has(this);
    this.board.pods.set(this, performance.now() + forMs);
    return wasKnown;
  }

  async hold(userIds: readonly string[], forMs: number): Promise<void> {
    this.#check();
    for (const user of userIds) {
      const holders = this.board.users.get(user) ?? new Map<object, number>();
      holders.set(this, performance.now() + forMs);
      this.board.users.set(user, holders);
    }
  }

  async release(userIds: readonly string[]): Promise<string[]> {
    this.#check();
    for (const user of userIds) {
      const holders = this.board.users.get(user);
      holders?.delete(this);
      if (holders?.size === 0) this.board.users.delete(user);
    }
    return userIds.filter((user) => this.#left(user) === undefined);
  }

  async find(userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    this.#check();
    return new Map(
      userIds.flatMap((user): [string, number][] => {
        const left = this.#left(user);
        return left === undefined ? [] : [[user, left]];
      }),
    );
  }

  #left(user: string): number | undefined {
    const holders = this.board.users.get(user) ?? [];
    const ends = [...holders].map(([pod, end]) => Math.min(end, this.board.pods.get(pod) ?? 0));
    const left = Math.max(0, ...ends) - performance.now();
    return left > 0 ? left : undefined;
  }

  #check(): void {
    if (!this.available) throw new PlatformError('fanout_unavailable', 'the leases are unavailable');
  }
}
