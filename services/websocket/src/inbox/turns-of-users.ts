import { Semaphore } from './semaphore';

/**
 * Lets at most so many run at once for each user: whoever asks for much at once waits for themselves, and what others ask for
 * comes between. Keeps nothing of a user for whom nothing runs.
 */
export class TurnsOfUsers {
  readonly #users = new Map<string, Semaphore>();

  constructor(private readonly atOnce: number) {}

  /** Users for whom something runs. */
  get size(): number {
    return this.#users.size;
  }

  /** Undefined, and nothing is done, where the turn does not come within that time. */
  async runWithin<Result>(userId: string, waitMs: number, work: () => Promise<Result>): Promise<Result | undefined> {
    const turns = this.#users.get(userId) ?? new Semaphore(this.atOnce);
    this.#users.set(userId, turns);
    try {
      return await turns.runWithin(waitMs, work);
    } finally {
      if (turns.idle) this.#users.delete(userId);
    }
  }
}
