/** Expiries are whole seconds, read against two clocks: readings of the same one differ by less than this, milliseconds. */
const TOLERANCE_MS = 500;

/** The session a connection stands for, and how long its token is good. All times are of the monotonic clock. */
export class Credential {
  #sessionId: string;
  #expiresAt: number;
  #warned = false;

  constructor(sessionId: string, expiresAt: number) {
    this.#sessionId = sessionId;
    this.#expiresAt = expiresAt;
  }

  get sessionId(): string {
    return this.#sessionId;
  }

  /** Milliseconds until the token expires; negative afterwards. */
  expiresIn(now: number): number {
    return this.#expiresAt - now;
  }

  /** Takes a newer token. False, and nothing changes, where it ends before the one in force: they may be reordered. */
  renew(sessionId: string, expiresAt: number): boolean {
    if (expiresAt < this.#expiresAt - TOLERANCE_MS) return false;
    this.#sessionId = sessionId;
    this.#expiresAt = expiresAt;
    this.#warned = false;
    return true;
  }

  /** True the first time it is called for a token: a client is warned of its expiry once. */
  warnOnce(): boolean {
    if (this.#warned) return false;
    this.#warned = true;
    return true;
  }
}
