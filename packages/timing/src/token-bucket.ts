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

  /** Takes a token: 0 where there was one, else the milliseconds until there is. `now` is in milliseconds. */
  take(now: number, perSecond: number, burst: number): number {
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, now - this.#at) * perSecond) / 1_000);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) * 1_000) / perSecond);
  }

  /** Gives a token back whose act turned out to be none. */
  give(burst: number): void {
    this.#tokens = Math.min(burst, this.#tokens + 1);
  }
}
