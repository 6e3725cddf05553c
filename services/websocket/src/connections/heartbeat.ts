/** When one connection is pinged, and whether its other end gives any sign of life. Times are of the monotonic clock. */
export class Heartbeat {
  #nextPingAt = 0;
  #unanswered = 0;

  /** Pings without any sign of life since. */
  get unanswered(): number {
    return this.#unanswered;
  }

  isDue(now: number): boolean {
    return now >= this.#nextPingAt;
  }

  schedule(nextPingAt: number): void {
    this.#nextPingAt = nextPingAt;
  }

  /** A ping was sent. */
  pinged(): void {
    this.#unanswered += 1;
  }

  /** The other end lives. */
  heard(): void {
    this.#unanswered = 0;
  }
}
