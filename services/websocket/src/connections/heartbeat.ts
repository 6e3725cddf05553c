/** When one connection is pinged, and whether its other end gives any sign of life. Times are of the monotonic clock. */
export class Heartbeat {
  #nextPingAt = 0;
  #unanswered = 0;
  #wrote = false;
  #lastWroteAt = 0;

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

  /** A frame was sent. */
  wrote(): void {
    this.#wrote = true;
  }

  /** How long no frame was sent, milliseconds; as exact as it is often asked. */
  silentFor(now: number): number {
    if (this.#wrote) {
      this.#wrote = false;
      this.#lastWroteAt = now;
    }
    return now - this.#lastWroteAt;
  }

  /** A ping was sent. */
  pinged(): void {
    this.#unanswered += 1;
  }

  /** The other end lives. */
  received(): void {
    this.#unanswered = 0;
  }
}
