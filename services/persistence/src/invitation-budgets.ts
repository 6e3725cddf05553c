import { LIMITS } from '@chat-app/protocol';
import { RateLimiter, type RateLimit } from '@chat-app/timing';

const HOUR_S = 3_600;
/** Others of one caller whose pairs are kept: several of the largest groups. */
const MAX_OTHERS = 5 * LIMITS.groupMembers;
/** Pairs of all callers. */
const MAX_PAIRS = 200_000;

/** Why somebody may not be put into a group now. */
export interface RefusedInvitation {
  reason: string;
  waitMs: number;
}

/**
 * How often each user put any one other into a group, on this pod. A caller with too many others waits, and nobody else:
 * beyond all that can be kept, what is known of the caller who did nothing for the longest is forgotten.
 */
export class InvitationBudgets {
  /** By caller, in the order of their last act. */
  readonly #callers = new Map<string, RateLimiter>();
  readonly #limit: RateLimit;
  #pairs = 0;

  constructor(
    perHour: number,
    private readonly maxOthers = MAX_OTHERS,
    private readonly maxPairs = MAX_PAIRS,
  ) {
    this.#limit = { perSecond: perHour / HOUR_S, burst: perHour };
  }

  /** Pairs remembered now. */
  get size(): number {
    return this.#pairs;
  }

  /** The caller puts these others into one group: all of it is taken, or nothing. */
  take(caller: string, others: readonly string[], now: number): RefusedInvitation | undefined {
    if (others.length === 0) return undefined;
    const pairs =
      this.#callers.get(caller) ?? new RateLimiter(this.#limit, { overflow: 'refuse-new', maxKeys: this.maxOthers });
    const before = pairs.size;
    let refused: RefusedInvitation | undefined;
    for (const [index, other] of others.entries()) {
      const waitMs = pairs.take(other, now);
      if (waitMs === 0) continue;
      for (const taken of others.slice(0, index)) pairs.give(taken);
      refused = { reason: `you put ${other} into too many groups, or too many others into some`, waitMs };
      break;
    }
    this.#callers.delete(caller);
    this.#callers.set(caller, pairs);
    this.#pairs += pairs.size - before;
    this.#forget(caller);
    return refused;
  }

  /** They were not put into a group after all. */
  give(caller: string, others: readonly string[]): void {
    const pairs = this.#callers.get(caller);
    for (const other of others) pairs?.give(other);
  }

  #forget(but: string): void {
    for (const [caller, pairs] of this.#callers) {
      if (this.#pairs <= this.maxPairs || caller === but) return;
      this.#callers.delete(caller);
      this.#pairs -= pairs.size;
    }
  }
}
