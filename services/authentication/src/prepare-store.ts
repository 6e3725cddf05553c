import { setTimeout as sleep } from 'node:timers/promises';
import { asError, isPlatformError } from '@chat-app/platform';
import type { Context } from './context';
import { createDemoUsers } from './accounts/create-demo-users';
import { MIGRATIONS, SCHEMA } from './migrations';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

/**
 * Brings the schema up to date and creates the demo users where wanted. A database that is away is waited for: a pod that
 * crashed instead would come back no sooner. Returns early, without having done it, when the signal is aborted.
 */
export async function prepareStore(context: Context, signal: AbortSignal): Promise<void> {
  await context.passwords.prepare();
  for (let delayMs = FIRST_DELAY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    try {
      await context.database.migrate(SCHEMA, MIGRATIONS);
      if (context.configuration.DEMO_USERS) await createDemoUsers(context);
      return;
    } catch (thrown) {
      if (!isPlatformError(thrown, 'database_unavailable')) throw thrown;
      context.logger.warn('the database is away; waiting for it', { error: asError(thrown), delay_ms: delayMs });
    }
    // The abort ends the wait; the loop's condition ends the loop.
    await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}
