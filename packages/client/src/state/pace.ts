const LONGEST_INTERVAL_MS = 1_000;
/** Sends that were late may be made up for, so many at most. */
const MAX_CATCH_UP = 20;

/**
 * How fast a client sends. It goes as fast as it can until the server says that it is too fast; from then on one by one,
 * at the interval that the server's answers tell, until there is nothing left to send. Pure state; times are of one
 * clock, in milliseconds.
 */
export class Pace {
  private intervalMs = 0;
  private next = 0;

  /** The server refused a send for its rate: another may follow after this time, which is at most its interval. */
  slower(now: number, retryAfterMs: number): void {
    const interval = Math.min(LONGEST_INTERVAL_MS, Math.max(1, retryAfterMs));
    this.intervalMs = Math.max(this.intervalMs, interval);
    this.next = now + retryAfterMs;
  }

  /** Nothing is left to send, or the connection is another one. */
  reset(): void {
    this.intervalMs = 0;
    this.next = 0;
  }

  /** How many may be sent now. */
  allowance(now: number): number {
    if (this.intervalMs === 0) return Infinity;
    if (now < this.next) return 0;
    return Math.min(MAX_CATCH_UP, 1 + Math.floor((now - this.next) / this.intervalMs));
  }

  spend(now: number, count: number): void {
    if (this.intervalMs === 0 || count === 0) return;
    this.next = Math.max(this.next, now - MAX_CATCH_UP * this.intervalMs) + count * this.intervalMs;
  }

  /** When the next may be sent; in the past where it may be now. */
  get due(): number {
    return this.next;
  }
}
