import {
  commonVariables,
  Metrics,
  parseConfiguration,
  PlatformError,
  runProcess,
  type ProcessContext,
  type RunningService,
} from '@chat-app/platform';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { MIGRATIONS, SCHEMA } from './migrations';
import { beginEpoch } from './tools/sql/begin-epoch';

const { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS } = commonVariables;
const VARIABLES = { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS, ...postgresVariables };
const USAGE = `begin-epoch REASON
  Run it once after the database was restored from a backup: every client forgets its position and reads afresh.`;

// It runs beside a service in its container: standard output is the answer, and spans would be the service's.
process.env['LOG_LEVEL'] = 'error';
delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];

runProcess('begin-epoch', start);

/** A command: begins another numbering of inboxes, prints its name, ends. */
async function start(context: ProcessContext): Promise<RunningService> {
  const { logger, cleanup } = context;
  const [reason, ...rest] = process.argv.slice(2);
  if (reason === undefined || rest.length > 0) throw new PlatformError('configuration_invalid', USAGE);
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const metrics = new Metrics('begin-epoch');
  const database = postgresFromConfiguration(configuration, { applicationName: 'begin-epoch', logger, metrics });
  cleanup.add('database', () => database.close());
  // The backup may be of a version that knew no epochs.
  await database.migrate(SCHEMA, MIGRATIONS);
  process.stdout.write(`${JSON.stringify({ epoch: await beginEpoch(database, reason), reason })}\n`);
  context.stop('the epoch has begun');
  return {};
}
