/** What `withTimeout` answers when the time is over. */
export const TIMED_OUT = Symbol('timed out');

/** The promise's result, or TIMED_OUT when it takes longer than the time allowed (the promise goes on all the same). */
export async function withTimeout<T>(ms: number, promise: Promise<T>): Promise<T | typeof TIMED_OUT> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), Math.max(0, ms));
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
    // Nobody listens to a later failure any more.
    promise.catch(() => undefined);
  }
}
