import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@chat-app/database';
import { asError, isPlatformError, type Logger } from '@chat-app/platform';
import { MIGRATIONS, SCHEMA } from './migrations';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

/**
 * Brings the schema up to date. A database that is unavailable is waited for. Returns early, without having done it, when the
 * signal is aborted. @throws PlatformError database_refused
 */
export async function prepareStore(database: Database, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let delayMs = FIRST_DELAY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    try {
      await database.migrate(SCHEMA, MIGRATIONS);
      return;
    } catch (thrown) {
      if (!isPlatformError(thrown, 'database_unavailable')) throw thrown;
      logger.warn('the database is unavailable; waiting for it', { error: asError(thrown), delay_ms: delayMs });
    }
    // The abort ends the wait; the loop's condition ends the loop.
    await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}
