/** Bounds of a backoff, in milliseconds. */
export interface BackoffOptions {
  /** Longest first wait. */
  firstMs: number;
  /** Longest wait at all. */
  maxMs: number;
  /**
   * Which part of each wait is random, so that many who failed together do not come back together: the upper `half` (the
   * default: whoever owns a resource tries again neither at once nor in step), or `full` (clients, of which there are
   * thousands: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
   */
  jitter?: 'half' | 'full';
}

/** How long to wait, in milliseconds, after the given number of failures in a row (1 = the first): doubling, with jitter. */
export function backoffMs(
  failures: number,
  { firstMs, maxMs, jitter = 'half' }: BackoffOptions,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return jitter === 'full' ? random() * ceiling : ceiling / 2 + random() * (ceiling / 2);
}
