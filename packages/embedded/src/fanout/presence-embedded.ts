import { randomUUID } from 'node:crypto';
import type { Hold, PresenceLeases } from '@chat-app/fanout';
import { holdOf } from '@chat-app/fanout/adapter';
import { PlatformError } from '@chat-app/platform';

/** When leases of pods end, and their holds of users, by the monotonic clock: what embedded leases of one process share. */
export class EmbeddedLeaseBoard {
  readonly pods = new Map<string, number>();
  readonly users = new Map<string, Map<string, number>>();

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
  readonly #pod = randomUUID();

  constructor(private readonly board = new EmbeddedLeaseBoard()) {}

  async renew(forMs: number): Promise<boolean> {
    this.#check();
    const wasKnown = this.board.pods.has(this.#pod);
    this.board.pods.set(this.#pod, performance.now() + forMs);
    return wasKnown;
  }

  async hold(userIds: readonly string[], forMs: number): Promise<void> {
    this.#check();
    for (const user of userIds) {
      const holders = this.board.users.get(user) ?? new Map<string, number>();
      holders.set(this.#pod, performance.now() + forMs);
      this.board.users.set(user, holders);
    }
  }

  async release(userIds: readonly string[]): Promise<string[]> {
    this.#check();
    for (const user of userIds) {
      const holders = this.board.users.get(user);
      holders?.delete(this.#pod);
      if (holders?.size === 0) this.board.users.delete(user);
    }
    return userIds.filter((user) => this.#hold(user) === undefined);
  }

  async findPods(): Promise<ReadonlySet<string>> {
    this.#check();
    const now = performance.now();
    return new Set([...this.board.pods].flatMap(([pod, end]) => (end > now ? [pod] : [])));
  }

  async find(userIds: readonly string[]): Promise<ReadonlyMap<string, Hold>> {
    this.#check();
    return new Map(
      userIds.flatMap((user): [string, Hold][] => {
        const hold = this.#hold(user);
        return hold === undefined ? [] : [[user, hold]];
      }),
    );
  }

  #hold(user: string): Hold | undefined {
    return holdOf(this.board.users.get(user) ?? [], (pod) => this.board.pods.get(pod), performance.now());
  }

  #check(): void {
    if (!this.available) throw new PlatformError('fanout_unavailable', 'the leases are unavailable');
  }
}
