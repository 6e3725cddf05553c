import { LRUCache } from 'lru-cache';

/** A map that keeps the most recently used entries, and each for a limited time. The only file that knows lru-cache. */
export class BoundedCache<Value extends NonNullable<unknown>> {
  readonly #entries: LRUCache<string, Value>;

  constructor(options: { entries: number; ttlMs?: number }) {
    this.#entries = new LRUCache<string, Value>({ max: options.entries, ttl: options.ttlMs ?? 0 });
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** `ttlMs` is how long this one is kept, where it is not as long as all. */
  set(key: string, value: Value, ttlMs?: number): void {
    this.#entries.set(key, value, ttlMs === undefined ? {} : { ttl: ttlMs });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
