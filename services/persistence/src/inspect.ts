import {
  commonVariables,
  escapeControls,
  Metrics,
  parseConfiguration,
  runProcess,
  type ProcessContext,
  type RunningService,
} from '@chat-app/platform';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { inspectStore } from './tools/inspect-store';
import { parseInspectArguments } from './tools/parse-inspect-arguments';

const { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS } = commonVariables;
const VARIABLES = { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS, ...postgresVariables };

// It runs beside a service in its container: standard output is the answer, and spans would be the service's.
process.env['LOG_LEVEL'] = 'error';
delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];

runProcess('inspect', start);

/** A command: answers one question about what is stored, prints it as JSON, ends. */
async function start(context: ProcessContext): Promise<RunningService> {
  const { logger, cleanup } = context;
  const question = parseInspectArguments(process.argv.slice(2));
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const metrics = new Metrics('inspect');
  const database = postgresFromConfiguration(configuration, { applicationName: 'inspect', logger, metrics });
  cleanup.add('database', () => database.close());
  process.stdout.write(`${escapeControls(JSON.stringify(await inspectStore(database, question), null, 2))}\n`);
  context.stop('the question is answered');
  return {};
}
