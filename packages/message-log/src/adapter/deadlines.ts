interface Entry<T> {
  item: T;
  at: number;
}

/**
 * Calls `expire` with every item that was not removed within the time allowed. All items are allowed the same time, so
 * one timer, for the oldest, is enough. The owner calls `clear`.
 */
export class Deadlines<T> {
  readonly #entries = new Map<T, Entry<T>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly allowedMs: number,
    private readonly expire: (item: T) => void,
  ) {}

  add(item: T): void {
    this.#entries.set(item, { item, at: performance.now() + this.allowedMs });
    if (this.#timer === undefined) this.#arm(this.allowedMs);
  }

  /** Milliseconds the item still has. */
  left(item: T): number {
    const entry = this.#entries.get(item);
    return entry === undefined ? 0 : entry.at - performance.now();
  }

  remove(item: T): void {
    this.#entries.delete(item);
    // The timer is left running: it finds nothing, or the next item. Only an empty set lets it go.
    if (this.#entries.size === 0) this.clear();
  }

  clear(): void {
    this.#entries.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#check(), Math.max(1, Math.ceil(ms)));
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const { item, at } of this.#entries.values()) {
      if (at > now) {
        if (this.#timer === undefined) this.#arm(at - now);
        return;
      }
      this.#entries.delete(item);
      this.expire(item);
    }
  }
}
