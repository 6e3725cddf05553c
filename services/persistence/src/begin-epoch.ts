import { PlatformError, runCommand } from '@chat-app/platform';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { MIGRATIONS, SCHEMA } from './migrations';
import { beginEpoch } from './tools/sql/begin-epoch';

const USAGE = `begin-epoch REASON
  Run it once after the database was restored from a backup: every client forgets its position and reads afresh.`;

/** A job: begins another numbering of inboxes, and names it. */
runCommand(
  { name: 'begin-epoch', parseArguments: parseReason, variables: postgresVariables },
  async ({ given: reason, configuration, cleanup, logger, metrics }) => {
    const database = postgresFromConfiguration(configuration, { applicationName: 'begin-epoch', logger, metrics });
    cleanup.add('database', () => database.close());
    // The backup may be of a version that knew no epochs.
    await database.migrate(SCHEMA, MIGRATIONS);
    return { epoch: await beginEpoch(database, reason), reason };
  },
);

function parseReason([reason, ...rest]: readonly string[]): string {
  if (reason === undefined || rest.length > 0) throw new PlatformError('configuration_invalid', USAGE);
  return reason;
}
