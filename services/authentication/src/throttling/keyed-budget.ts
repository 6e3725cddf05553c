import { TokenBucket } from '@chat-app/timing';

/**
 * A token bucket for each key: a minute's worth at once, refilled steadily. Kept in memory, by this pod for itself, and
 * bounded: the key not seen for longest is forgotten first.
 */
export class KeyedBudget {
  /** In the order in which they were last used. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly perMinute: number,
    private readonly maxKeys: number = 50_000,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes one of the key's: 0 where there was one, else the milliseconds until there is. `allowance` multiplies its budget. */
  take(key: string, allowance = 1): number {
    const perMinute = this.perMinute * allowance;
    return this.#bucket(key, perMinute).take(this.now(), perMinute / 60, perMinute);
  }

  /** Gives one back that turned out not to count. */
  give(key: string, allowance = 1): void {
    const perMinute = this.perMinute * allowance;
    this.#bucket(key, perMinute).give(perMinute);
  }

  /** Keys kept in memory. */
  get size(): number {
    return this.#buckets.size;
  }

  #bucket(key: string, perMinute: number): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(perMinute, this.now());
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.maxKeys) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
