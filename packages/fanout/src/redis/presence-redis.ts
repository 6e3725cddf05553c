import { randomBytes } from 'node:crypto';
import { PlatformError } from '@chat-app/platform';
import type { PresenceLeases } from '../presence-leases';

/** Runs commands of Redis in one round trip. @throws where any of them was refused or not answered in time */
export type RunCommands = (commands: readonly (readonly string[])[]) => Promise<readonly unknown[]>;

/** Users of one round trip: Redis does nothing else meanwhile, and neither does this process. */
const USERS_AT_ONCE = 500;
/** How much longer than its last lease a user's key stays: it ends by itself where nobody tidies it. */
const KEY_KEPT = 2;

/**
 * Leases in Redis: `presence:{user}` is a hash of each pod that holds the user and when that ends, by the clock of Redis: those
 * of the pods differ.
 */
export class RedisPresenceLeases implements PresenceLeases {
  /** Names this process. */
  readonly #holder = randomBytes(9).toString('base64url');
  /** Time of Redis less that of this process's monotonic clock, milliseconds. */
  #ahead: number | undefined;

  constructor(private readonly run: RunCommands) {}

  async hold(userIds: readonly string[], forMs: number): Promise<void> {
    for (const users of chunks(userIds)) {
      if (this.#ahead === undefined) await this.#run([]);
      const until = String(Math.round(this.#now() + forMs));
      await this.#run(
        users.flatMap((user) => [
          ['hset', keyOf(user), this.#holder, until],
          ['pexpire', keyOf(user), String(forMs * KEY_KEPT)],
        ]),
      );
    }
  }

  async release(userIds: readonly string[]): Promise<string[]> {
    const free: string[] = [];
    for (const users of chunks(userIds)) {
      // One after the other: of two pods that let go at once the later one sees that nobody is left.
      const answers = await this.#run(
        users.flatMap((user) => [
          ['hdel', keyOf(user), this.#holder],
          ['hvals', keyOf(user)],
        ]),
      );
      users.forEach((user, index) => {
        if (this.#left(answers[2 * index + 1]) === undefined) free.push(user);
      });
    }
    return free;
  }

  async find(userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const held = new Map<string, number>();
    for (const users of chunks(userIds)) {
      const answers = await this.#run(users.map((user) => ['hvals', keyOf(user)]));
      users.forEach((user, index) => {
        const left = this.#left(answers[index]);
        if (left !== undefined) held.set(user, left);
      });
    }
    return held;
  }

  /** For how much longer the longest of these leases holds; undefined where none does. */
  #left(ends: unknown): number | undefined {
    if (!Array.isArray(ends)) return undefined;
    const left = Math.max(0, ...ends.map(Number).filter(Number.isFinite)) - this.#now();
    return left > 0 ? left : undefined;
  }

  #now(): number {
    return performance.now() + (this.#ahead ?? 0);
  }

  /** Runs commands, and learns what time it is there. */
  async #run(commands: readonly (readonly string[])[]): Promise<readonly unknown[]> {
    try {
      const [time, ...answers] = await this.run([['time'], ...commands]);
      const [seconds, micros] = (time as readonly string[]).map(Number);
      this.#ahead = (seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000 - performance.now();
      return answers;
    } catch (thrown) {
      throw new PlatformError('fanout_unavailable', 'leases could not be read or written', {}, { cause: thrown });
    }
  }
}

function keyOf(userId: string): string {
  return `presence:${userId}`;
}

function* chunks(userIds: readonly string[]): Iterable<readonly string[]> {
  for (let start = 0; start < userIds.length; start += USERS_AT_ONCE) {
    yield userIds.slice(start, start + USERS_AT_ONCE);
  }
}
