/**
 * Which sessions are known to have ended, for as long as a token of theirs may be good. A session that ended never stands
 * again, so this may be remembered; that one stands may not.
 */
export class EndedSessions {
  /** Until when each is remembered; in the order in which they were added. */
  readonly #until = new Map<string, number>();

  get size(): number {
    return this.#until.size;
  }

  has(sessionId: string): boolean {
    return this.#until.has(sessionId);
  }

  /** Remembers an end until that time. False where it was known. */
  add(sessionId: string, until: number): boolean {
    const known = this.#until.delete(sessionId);
    this.#until.set(sessionId, until);
    return !known;
  }

  /** It was not so. */
  remove(sessionId: string): void {
    this.#until.delete(sessionId);
  }

  /** Forgets what nobody has a good token of any more. */
  forget(now: number): void {
    for (const [sessionId, until] of this.#until) {
      if (until > now) return;
      this.#until.delete(sessionId);
    }
  }
}
