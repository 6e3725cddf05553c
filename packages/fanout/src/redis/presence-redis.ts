import { randomBytes } from 'node:crypto';
import { chunks, PlatformError } from '@chat-app/platform';
import { holdOf } from '../adapter/hold-of';
import type { Hold, PresenceLeases } from '../presence-leases';

/** Runs commands of Redis in one round trip. @throws where any of them was refused or not answered in time */
export type RunCommands = (commands: readonly (readonly string[])[]) => Promise<readonly unknown[]>;

/** Users of one round trip: Redis does nothing else meanwhile, and neither does this process. */
const USERS_AT_ONCE = 500;
/** How much longer than its last hold a user's key stays: it ends by itself where nobody tidies it. */
const KEY_KEPT = 2;
/** Each pod, and when its lease ends. No user has this name: they are ids. */
export const PODS = 'presence:pods';
/** So long after its lease ended a pod is taken out. */
const ENDED_KEPT_MS = 3_600_000;

/** When what a hash names ends, as Redis keeps it. */
type Ends = Readonly<Record<string, string>>;

/**
 * Leases in Redis: `presence:pods` is a hash of each pod and when its lease ends, `presence:{user}` one of each pod that holds
 * the user and until when; both must hold. By the clock of Redis: those of the pods differ.
 */
export class RedisPresenceLeases implements PresenceLeases {
  /** Names this process. */
  readonly #holder = randomBytes(9).toString('base64url');
  /** Time of Redis less that of this process's monotonic clock, milliseconds. */
  #ahead: number | undefined;

  constructor(private readonly run: RunCommands) {}

  async renew(forMs: number): Promise<boolean> {
    const until = await this.#end(forMs);
    const [added, pods] = await this.#run([
      ['hset', PODS, this.#holder, until],
      ['hgetall', PODS],
    ]);
    const ended = Object.entries(endsOf(pods)).filter(([, end]) => Number(end) < this.#now() - ENDED_KEPT_MS);
    if (ended.length > 0) await this.#run([['hdel', PODS, ...ended.map(([pod]) => pod)]]);
    return added === 0;
  }

  async hold(userIds: readonly string[], forMs: number): Promise<void> {
    for (const users of chunks(userIds, USERS_AT_ONCE)) {
      const until = await this.#end(forMs);
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
    for (const users of chunks(userIds, USERS_AT_ONCE)) {
      // One after the other: of two pods that let go at once the later one sees that nobody is left.
      const [pods, ...answers] = await this.#run([
        ['hgetall', PODS],
        ...users.flatMap((user) => [
          ['hdel', keyOf(user), this.#holder],
          ['hgetall', keyOf(user)],
        ]),
      ]);
      users.forEach((user, index) => {
        if (this.#hold(answers[2 * index + 1], pods) === undefined) free.push(user);
      });
    }
    return free;
  }

  async findPods(): Promise<ReadonlySet<string>> {
    const [pods] = await this.#run([['hgetall', PODS]]);
    const now = this.#now();
    return new Set(Object.entries(endsOf(pods)).flatMap(([pod, end]) => (Number(end) > now ? [pod] : [])));
  }

  async find(userIds: readonly string[]): Promise<ReadonlyMap<string, Hold>> {
    const held = new Map<string, Hold>();
    for (const users of chunks(userIds, USERS_AT_ONCE)) {
      const [pods, ...answers] = await this.#run([['hgetall', PODS], ...users.map((user) => ['hgetall', keyOf(user)])]);
      users.forEach((user, index) => {
        const hold = this.#hold(answers[index], pods);
        if (hold !== undefined) held.set(user, hold);
      });
    }
    return held;
  }

  /** How these holds last, each no longer than the lease of its pod; undefined where none does. */
  #hold(holds: unknown, pods: unknown): Hold | undefined {
    const leases = endsOf(pods);
    const ends = Object.entries(endsOf(holds)).map(([pod, end]) => [pod, Number(end)] as const);
    return holdOf(ends, (pod) => Number(leases[pod] ?? 0), this.#now());
  }

  #now(): number {
    return performance.now() + (this.#ahead ?? 0);
  }

  /** So long from now, by the clock of Redis. */
  async #end(forMs: number): Promise<string> {
    if (this.#ahead === undefined) await this.#run([]);
    return String(Math.round(this.#now() + forMs));
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

function endsOf(answer: unknown): Ends {
  return typeof answer === 'object' && answer !== null ? (answer as Ends) : {};
}
