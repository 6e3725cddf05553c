import {
  commonVariables,
  integer,
  Metrics,
  parseConfiguration,
  runProcess,
  silentAudit,
  type ProcessContext,
  type RunningService,
} from '@chat-app/platform';
import { postgresVariables, postgresFromConfiguration } from '@chat-app/database/postgres';
import { redisFromConfiguration, redisVariables } from '@chat-app/fanout/redis';
import { declareMetrics } from './metrics';
import { Passwords } from './passwords/passwords';
import { operateAccount } from './tools/operate-account';
import { parseAccountArguments } from './tools/parse-account-arguments';

const { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS } = commonVariables;
const INITIAL_PASSWORD_TTL_S = integer({
  default: 86_400,
  min: 60,
  max: 2_592_000,
  description: 'How long a password that an operator set can be changed for one of the user, seconds.',
});
const VARIABLES = {
  LOG_LEVEL,
  POD_NAME,
  SHUTDOWN_TIMEOUT_MS,
  INITIAL_PASSWORD_TTL_S,
  ...postgresVariables,
  ...redisVariables,
};

// It runs beside a service in its container: standard output is the answer, and spans would be the service's.
process.env['LOG_LEVEL'] = 'error';
delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];

runProcess('account', start);

/** A command: does one thing to one account, prints what became of it as JSON, ends. */
async function start(context: ProcessContext): Promise<RunningService> {
  const { logger, cleanup } = context;
  const order = parseAccountArguments(process.argv.slice(2));
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const metrics = new Metrics('account');
  const database = postgresFromConfiguration(configuration, { applicationName: 'account', logger, metrics });
  cleanup.add('database', () => database.close());
  const fanout = redisFromConfiguration(configuration, { podName: configuration.POD_NAME, logger, metrics });
  cleanup.add('fanout', () => fanout.close());
  const declared = declareMetrics(metrics);
  const passwords = new Passwords(declared, 1);
  // What it does is noted in the database; the audit log is a pod's.
  const parts = { database, fanout, logger, metrics: declared, passwords, audit: silentAudit };
  const operator = { ...parts, initialPasswordTtlS: configuration.INITIAL_PASSWORD_TTL_S };
  process.stdout.write(`${JSON.stringify(await operateAccount(operator, order), null, 2)}\n`);
  context.stop('it is done');
  return {};
}
