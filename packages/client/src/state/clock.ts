/**
 * Milliseconds of a clock that only goes forward, whatever happens to the time of day: for waits, intervals, limits and
 * ages. Its zero means nothing.
 */
export function monotonicNow(): number {
  return performance.now();
}
