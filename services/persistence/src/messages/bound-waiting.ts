import { refusal } from '../refusal';

/**
 * Calls of each user that wait for something to be stored, on this pod: so many at once. Of what was made up nobody knows that
 * it will not come, and each that waits asks the database again and again.
 */
export class BoundWaiting {
  readonly #waiting = new Map<string, number>();

  /** Callers beyond `atOnce` of one user are refused for `reason`, and may try again after `retryAfterMs`. */
  constructor(
    private readonly atOnce: number,
    private readonly reason: string,
    private readonly retryAfterMs: number,
  ) {}

  /** Counts a call while it waits. @throws HttpError rate_limited where too many of the user do; whatever `wait` throws */
  async run<Found>(userId: string, wait: () => Promise<Found>): Promise<Found> {
    const others = this.#waiting.get(userId) ?? 0;
    if (others >= this.atOnce) throw refusal('rate_limited', this.reason, this.retryAfterMs);
    this.#waiting.set(userId, others + 1);
    try {
      return await wait();
    } finally {
      const left = (this.#waiting.get(userId) ?? 1) - 1;
      if (left > 0) this.#waiting.set(userId, left);
      else this.#waiting.delete(userId);
    }
  }
}
