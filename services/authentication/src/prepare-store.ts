import { whenAvailable } from '@chat-app/database';
import type { Context } from './context';
import { createDemoUsers, disableDemoUsers } from './accounts/create-demo-users';
import { keyUsernames } from './accounts/key-usernames';
import { MIGRATIONS, SCHEMA } from './migrations';

/**
 * Brings the schema and what is derived from names up to date, and creates the demo users or disables them. An unavailable
 * database is waited for. Returns early, without having done it, when the signal is aborted.
 * @throws PlatformError database_refused
 */
export async function prepareStore(context: Context, signal: AbortSignal): Promise<void> {
  await context.passwords.prepare();
  await whenAvailable(context.logger, signal, async () => {
    await context.database.migrate(SCHEMA, MIGRATIONS);
    await keyUsernames(context.database, signal);
    if (context.configuration.DEMO_USERS) await createDemoUsers(context);
    else await disableDemoUsers(context);
  });
}
