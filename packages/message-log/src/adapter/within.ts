/** What `within` answers when the time is over. */
export const LATE = Symbol('late');

/** The promise's result, or LATE when it takes longer than the time allowed (the promise goes on all the same). */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), Math.max(0, ms));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    // Nobody listens to a late failure any more.
    promise.catch(() => undefined);
  }
}
