import { runCommand } from '@chat-app/platform';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { inspectStore } from './tools/inspect-store';
import { parseInspectArguments } from './tools/parse-inspect-arguments';

/** Answers one question about what is stored. */
runCommand(
  { name: 'inspect', parseArguments: parseInspectArguments, variables: postgresVariables, isBesideService: true },
  async ({ given, configuration, cleanup, logger, metrics }) => {
    const database = postgresFromConfiguration(configuration, { applicationName: 'inspect', logger, metrics });
    cleanup.add('database', () => database.close());
    return inspectStore(database, given);
  },
);
