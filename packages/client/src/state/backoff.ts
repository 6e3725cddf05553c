/** Bounds of a backoff, in milliseconds. */
export interface BackoffBounds {
  /** Upper bound of the first delay. */
  baseMs: number;
  /** Upper bound of any delay. */
  capMs: number;
}

/**
 * Delay before try `attempt` (0, 1, 2 …): uniformly random between 0 and the exponentially growing bound ("full jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that clients cut off together do not
 * come back together.
 */
export function fullJitter(attempt: number, bounds: BackoffBounds, random: () => number = Math.random): number {
  return Math.floor(random() * Math.min(bounds.capMs, bounds.baseMs * 2 ** Math.min(attempt, 30)));
}
