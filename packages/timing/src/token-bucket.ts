/**
 * Limits a rate: holds up to `burst` tokens, gets `perSecond` new ones, each act takes one. Keeps two numbers and no
 * timer.
 */
export class TokenBucket {
  #tokens: number;
  #at: number;

  constructor(burst: number, now: number) {
    this.#tokens = burst;
    this.#at = now;
  }

  /**
   * Takes tokens, one by default: 0 where there were so many, else the milliseconds until there are. More than fit are
   * taken as many as fit. `now` is in milliseconds.
   */
  take(now: number, perSecond: number, burst: number, amount = 1): number {
    this.#refill(now, perSecond, burst);
    const wanted = Math.min(amount, burst);
    if (this.#tokens >= wanted) {
      this.#tokens -= wanted;
      return 0;
    }
    return Math.ceil(((wanted - this.#tokens) * 1_000) / perSecond);
  }

  /** Takes tokens whether they are there or not, of more than fit as many as fit: what is missing is waited for later. */
  owe(now: number, perSecond: number, burst: number, amount: number): void {
    this.#refill(now, perSecond, burst);
    this.#tokens -= Math.min(amount, burst);
  }

  /** Gives tokens back whose act turned out to be none. */
  give(burst: number, amount = 1): void {
    this.#tokens = Math.min(burst, this.#tokens + amount);
  }

  /** It differs in nothing from a new one. */
  isFull(now: number, perSecond: number, burst: number): boolean {
    this.#refill(now, perSecond, burst);
    return this.#tokens >= burst;
  }

  #refill(now: number, perSecond: number, burst: number): void {
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, now - this.#at) * perSecond) / 1_000);
    this.#at = now;
  }
}
