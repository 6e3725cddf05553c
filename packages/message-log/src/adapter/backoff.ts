export interface BackoffOptions {
  /** Longest first wait, in milliseconds. */
  firstMs: number;
  /** Longest wait at all, in milliseconds. */
  maxMs: number;
}

/**
 * How long to wait before trying again after the given number of failures in a row (1 = the first): doubling, with the
 * upper half random, so that many members do not come back in step.
 */
export function backoffMs(failures: number, { firstMs, maxMs }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}

/** Waits; ends early, without an error, when the signal is aborted. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
