import type { Database } from '@chat-app/database';
import { asError, isPlatformError, type Logger } from '@chat-app/platform';
import { backoffMs, delay } from '@chat-app/timing';
import { MIGRATIONS, SCHEMA } from './migrations';

const BACKOFF = { firstMs: 250, maxMs: 10_000 };

/**
 * Brings the schema up to date. A database that is unavailable is waited for. Returns early, without having done it, when the
 * signal is aborted. @throws PlatformError database_refused
 */
export async function prepareStore(database: Database, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    let delayMs: number;
    try {
      await database.migrate(SCHEMA, MIGRATIONS);
      return;
    } catch (thrown) {
      if (!isPlatformError(thrown, 'database_unavailable')) throw thrown;
      delayMs = Math.round(backoffMs(failures, BACKOFF));
      logger.warn('the database is unavailable; waiting for it', { error: asError(thrown), delay_ms: delayMs });
    }
    // The abort ends the wait; the loop's condition ends the loop.
    await delay(delayMs, signal);
  }
}
