import { LIMITS } from '@chat-app/protocol';
import { RateLimiter } from '@chat-app/timing';

/** What is passed on of one user, in all conversations together, per second and at once. */
const OF_A_USER = { perSecond: 1, burst: 20 };
const MAX_REMEMBERED = 50_000;
/** Remembered ones looked at with each signal: as many go as come. */
const LOOKED_AT = 2;

interface LastSignal {
  /** When typing was last passed on, by the monotonic clock. */
  at: number;
  active: boolean;
}

/**
 * What is passed on of a user's typing: that they type at most once in an interval for each conversation, that they stopped
 * once after it. A bound on all conversations together keeps one user from many. Outlives sockets; keeps no timer.
 */
export class TypingLimits {
  readonly #ofUsers = new RateLimiter(OF_A_USER, { overflow: 'refuse-new' });
  /** By user and conversation, in the order of `at`. */
  readonly #last = new Map<string, LastSignal>();

  /** Signals remembered now. */
  get size(): number {
    return this.#last.size;
  }

  /** Whether this signal is passed on. `now` is of the monotonic clock. */
  take(userId: string, conversationId: string, active: boolean, now: number): boolean {
    const key = `${userId}|${conversationId}`;
    const last = this.#last.get(key);
    if (active ? last !== undefined && now - last.at < LIMITS.typingIntervalMs : last?.active !== true) return false;
    this.#forgetOld(now);
    if (last === undefined && this.#last.size >= MAX_REMEMBERED) return false;
    if (this.#ofUsers.take(userId, now) > 0) return false;
    if (active) {
      this.#last.delete(key);
      this.#last.set(key, { at: now, active });
    } else if (last !== undefined) last.active = false;
    return true;
  }

  #forgetOld(now: number): void {
    let looked = 0;
    for (const [key, { at }] of this.#last) {
      if (looked >= LOOKED_AT || now - at < LIMITS.typingForgottenMs) return;
      looked += 1;
      this.#last.delete(key);
    }
  }
}
