import type { PresenceLeases } from '@chat-app/fanout';
import { PlatformError } from '@chat-app/platform';

/** Who holds whom until when, by the monotonic clock: what embedded leases of one process share. */
export type EmbeddedLeaseBoard = Map<string, Map<object, number>>;

/** Leases within one process. Always available, unless a test says so with `available`. */
export class EmbeddedPresenceLeases implements PresenceLeases {
  /** For tests: false as in an outage. */
  available = true;

  constructor(private readonly board: EmbeddedLeaseBoard = new Map()) {}

  async hold(userIds: readonly string[], forMs: number): Promise<void> {
    this.#check();
    for (const user of userIds) {
      const holders = this.board.get(user) ?? new Map<object, number>();
      holders.set(this, performance.now() + forMs);
      this.board.set(user, holders);
    }
  }

  async release(userIds: readonly string[]): Promise<string[]> {
    this.#check();
    for (const user of userIds) this.board.get(user)?.delete(this);
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
    const holders = this.board.get(user);
    if (holders === undefined) return undefined;
    const left = Math.max(0, ...holders.values()) - performance.now();
    if (left > 0) return left;
    this.board.delete(user);
    return undefined;
  }

  #check(): void {
    if (!this.available) throw new PlatformError('fanout_unavailable', 'the leases are unavailable');
  }
}
