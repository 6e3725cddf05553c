import { asError, isPlatformError } from '@chat-app/platform';
import { backoffMs, delay } from '@chat-app/timing';
import type { Context } from './context';
import { createDemoUsers } from './accounts/create-demo-users';
import { MIGRATIONS, SCHEMA } from './migrations';

const BACKOFF = { firstMs: 250, maxMs: 10_000 };

/**
 * Brings the schema up to date and creates the demo users where wanted. An unavailable database is waited for: a pod that
 * crashed instead would come back no sooner. Returns early, without having done it, when the signal is aborted.
 */
export async function prepareStore(context: Context, signal: AbortSignal): Promise<void> {
  await context.passwords.prepare();
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await context.database.migrate(SCHEMA, MIGRATIONS);
      if (context.configuration.DEMO_USERS) await createDemoUsers(context);
      return;
    } catch (thrown) {
      if (!isPlatformError(thrown, 'database_unavailable')) throw thrown;
      const delayMs = Math.round(backoffMs(failures, BACKOFF));
      context.logger.warn('the database is unavailable; waiting for it', { error: asError(thrown), delay_ms: delayMs });
      // The abort ends the wait; the loop's condition ends the loop.
      await delay(delayMs, signal);
    }
  }
}
