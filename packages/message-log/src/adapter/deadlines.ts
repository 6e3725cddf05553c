/**
 * Calls `expire` with every item that was not removed within the time allowed. All items are allowed the same time, so
 * one timer, for the oldest, is enough. The owner calls `clear`.
 */
export class Deadlines<T> {
  /** The items, the oldest first, and when the time of each is over. */
  readonly #ends = new Map<T, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly allowedMs: number,
    private readonly expire: (item: T) => void,
  ) {}

  add(item: T): void {
    this.#ends.set(item, performance.now() + this.allowedMs);
    if (this.#timer === undefined) this.#arm(this.allowedMs);
  }

  remove(item: T): void {
    this.#ends.delete(item);
    // The timer is left running: it finds nothing, or the next item. Only an empty set lets it go.
    if (this.#ends.size === 0) this.clear();
  }

  clear(): void {
    this.#ends.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#check(), Math.max(1, Math.ceil(ms)));
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [item, at] of this.#ends) {
      if (at > now) {
        if (this.#timer === undefined) this.#arm(at - now);
        return;
      }
      this.#ends.delete(item);
      this.expire(item);
    }
  }
}
