import {
  commonVariables,
  Metrics,
  parseConfiguration,
  runProcess,
  type ProcessContext,
  type RunningService,
} from '@chat-app/platform';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { kafkaMessageLogFromConfiguration, kafkaVariables } from '@chat-app/message-log/kafka';
import { readRedriveArguments } from './tools/parse-redrive-arguments';
import { redriveMessages } from './storing/redrive-messages';

const { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS } = commonVariables;
const VARIABLES = { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS, ...postgresVariables, ...kafkaVariables };

runProcess('redrive', start);

/** A job: moves dead messages back, prints one line of counts, ends. */
async function start(context: ProcessContext): Promise<RunningService> {
  const { logger, cleanup } = context;
  const options = readRedriveArguments(process.argv.slice(2));
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const metrics = new Metrics('redrive');
  const database = postgresFromConfiguration(configuration, { applicationName: 'redrive', logger, metrics });
  cleanup.add('database', () => database.close());
  const log = kafkaMessageLogFromConfiguration(configuration, { logger, metrics });
  cleanup.add('message log', () => log.close());
  const counts = await redriveMessages({ database, log, logger }, options);
  process.stdout.write(`${JSON.stringify({ dry_run: options.dryRun, ...counts })}\n`);
  context.stop('the redrive is done');
  return {};
}
