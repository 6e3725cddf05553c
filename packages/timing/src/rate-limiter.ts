import { TokenBucket } from './token-bucket';

/** So many acts at once, and so many a second on average. */
export interface RateLimit {
  perSecond: number;
  burst: number;
}

/** A minute's worth at once, and as many a minute on average. */
export function perMinute(acts: number): RateLimit {
  return { perSecond: acts / 60, burst: acts };
}

export interface RateLimiterOptions {
  /**
   * What happens where there is no room for another key. `refuse-new`: it waits, and no key escapes what it did. For keys
   * that cannot be invented. `forget-oldest`: the key that has not acted for longest starts anew, and nobody is kept out by the
   * number of others. For keys that can.
   */
  overflow: 'refuse-new' | 'forget-oldest';
  /** Keys remembered; 200,000 by default. */
  maxKeys?: number;
}

const MAX_KEYS = 200_000;
/** Buckets looked at with each act: as many go as come. */
const LOOKED_AT = 2;
/** Advice where there is no room for another key, milliseconds. */
const NO_ROOM_MS = 1_000;

/**
 * Limits the acts of each key (a user, an address), whatever else of the key comes and goes: its bucket is forgotten when
 * it is full again, and then differs in nothing from a new one. The number of keys is bounded; what happens beyond it, which
 * takes that many keys in the time of a refill, is `overflow`. Keeps no timer.
 */
export class RateLimiter {
  /** In the order of their last act. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly limit: RateLimit | (() => RateLimit),
    private readonly options: RateLimiterOptions,
  ) {}

  /** Keys remembered now. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The limit in force. */
  get current(): RateLimit {
    return typeof this.limit === 'function' ? this.limit() : this.limit;
  }

  /** One act of a key, or several at once: 0 where it may happen, else the milliseconds until it may. `now` never jumps. */
  take(key: string, now: number, amount = 1): number {
    const limit = this.current;
    const bucket = this.#bucketOf(key, now, limit);
    return bucket === undefined ? NO_ROOM_MS : bucket.take(now, limit.perSecond, limit.burst, amount);
  }

  /** An act that happened turned out to cost more: it is taken whether it is there or not, and later acts wait for it. */
  owe(key: string, now: number, amount: number): void {
    const limit = this.current;
    this.#bucketOf(key, now, limit)?.owe(now, limit.perSecond, limit.burst, amount);
  }

  /** The milliseconds until the key may act; nothing is taken. */
  wait(key: string, now: number): number {
    const wait = this.take(key, now);
    if (wait === 0) this.give(key);
    return wait;
  }

  /** The act of a key turned out to be none. */
  give(key: string, amount = 1): void {
    this.#buckets.get(key)?.give(this.current.burst, amount);
  }

  #bucketOf(key: string, now: number, limit: RateLimit): TokenBucket | undefined {
    const known = this.#buckets.get(key);
    if (known !== undefined) this.#buckets.delete(key);
    this.#forgetFull(now, limit);
    if (known === undefined && !this.#makeRoom()) return undefined;
    const bucket = known ?? new TokenBucket(limit.burst, now);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** Whether there is room for another key. */
  #makeRoom(): boolean {
    const { overflow, maxKeys = MAX_KEYS } = this.options;
    if (this.#buckets.size < maxKeys) return true;
    if (overflow === 'refuse-new') return false;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
    return true;
  }

  #forgetFull(now: number, { perSecond, burst }: RateLimit): void {
    let looked = 0;
    for (const [key, bucket] of this.#buckets) {
      if (looked >= LOOKED_AT) return;
      looked += 1;
      // Those behind it acted later.
      if (!bucket.isFull(now, perSecond, burst)) return;
      this.#buckets.delete(key);
    }
  }
}
