import { runCommand } from '@chat-app/platform';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { kafkaMessageLogFromConfiguration, kafkaVariables } from '@chat-app/message-log/kafka';
import { readRedriveArguments } from './tools/parse-redrive-arguments';
import { redriveMessages } from './storing/redrive-messages';

/** A job: moves dead messages back, and counts them. */
runCommand(
  { name: 'redrive', parseArguments: readRedriveArguments, variables: { ...postgresVariables, ...kafkaVariables } },
  async ({ given, configuration, cleanup, logger, metrics }) => {
    const database = postgresFromConfiguration(configuration, { applicationName: 'redrive', logger, metrics });
    cleanup.add('database', () => database.close());
    const log = kafkaMessageLogFromConfiguration(configuration, { logger, metrics });
    cleanup.add('message log', () => log.close());
    return { dry_run: given.dryRun, ...(await redriveMessages({ database, log, logger }, given)) };
  },
);
