import { asError, isPlatformError, type Logger } from '@chat-app/platform';
import { backoffMs, delay } from '@chat-app/timing';

const BACKOFF = { firstMs: 250, maxMs: 10_000 };

/**
 * Does the work once the database is available: a pod that crashed instead would be back no sooner. Returns early, without
 * having done it, when the signal is aborted. @throws what the work throws for any other reason
 */
export async function whenAvailable(logger: Logger, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (!isPlatformError(thrown, 'database_unavailable')) throw thrown;
      const delayMs = Math.round(backoffMs(failures, BACKOFF));
      logger.warn('the database is unavailable; waiting for it', { error: asError(thrown), delay_ms: delayMs });
      // The abort ends the wait; the loop's condition ends the loop.
      await delay(delayMs, signal);
    }
  }
}
