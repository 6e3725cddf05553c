import { perMinute, RateLimiter } from '@chat-app/timing';
import { HttpError } from '@chat-app/platform';
import type { CallerLimits } from './configuration';
import { InvitationBudgets } from './invitation-budgets';
import { refusal } from './refusal';

/**
 * What each user may ask of this pod over HTTP: calls, rows that they make others' inboxes grow by, and groups that they
 * put any one other user into. Everything is per pod: over several pods it is at most so many times as much.
 */
export class CallerBudgets {
  readonly #calls: RateLimiter;
  readonly #rows: RateLimiter;
  readonly #invitations: InvitationBudgets;

  constructor(
    { callsPerSecond, callsBurst, rowsPerMinute, invitationsPerHour }: CallerLimits,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#calls = new RateLimiter({ perSecond: callsPerSecond, burst: callsBurst }, { overflow: 'refuse-new' });
    this.#rows = new RateLimiter(perMinute(rowsPerMinute), { overflow: 'refuse-new' });
    this.#invitations = new InvitationBudgets(invitationsPerHour);
  }

  /** One call. @throws HttpError rate_limited */
  takeCall(userId: string): void {
    refuseFor(this.#calls.take(userId, this.now()), 'too many calls');
  }

  /** Entries of inboxes that a call writes. @throws HttpError rate_limited */
  takeRows(userId: string, rows: number): void {
    refuseFor(this.#rows.take(userId, this.now(), rows), 'too many entries for others');
  }

  /**
   * The user puts these others into a group by `work`, which writes so many entries. All of it is given back where anything
   * is refused, also by `work`. @throws HttpError rate_limited: one of them was put into too many; whatever `work` throws
   */
  async chargeInvitations<Done>(
    userId: string,
    others: readonly string[],
    rows: number,
    work: () => Promise<Done>,
  ): Promise<Done> {
    this.takeRows(userId, rows);
    const refused = this.#invitations.take(userId, others, this.now());
    if (refused !== undefined) {
      this.#rows.give(userId, rows);
      throw refusal('rate_limited', refused.reason, refused.waitMs);
    }
    try {
      return await work();
    } catch (thrown) {
      // Anything else may have happened all the same.
      if (thrown instanceof HttpError) {
        this.#rows.give(userId, rows);
        this.#invitations.give(userId, others);
      }
      throw thrown;
    }
  }
}

function refuseFor(waitMs: number, reason: string): void {
  if (waitMs > 0) throw refusal('rate_limited', reason, waitMs);
}
