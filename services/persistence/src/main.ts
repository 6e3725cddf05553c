import { setTimeout as sleep } from 'node:timers/promises';
import {
  commonVariables,
  createAudit,
  createServiceClient,
  httpOptionsFrom,
  httpUrl,
  Metrics,
  parseConfiguration,
  port,
  Readiness,
  runProcess,
  startHttpServer,
  startManagementServer,
  tokenVariables,
  type ProcessContext,
  type RunningService,
} from '@chat-app/platform';
import { StandingSessions, tokenVerifierFromConfiguration } from '@chat-app/tokens';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { redisFromConfiguration, redisVariables } from '@chat-app/fanout/redis';
import { kafkaMessageLogFromConfiguration, kafkaVariables } from '@chat-app/message-log/kafka';
import { ERRORS, INTERNAL_SECRET_HEADER } from '@chat-app/protocol';
import {
  createUserClient,
  createPersistence,
  followEndedSessions,
  INTERNAL_BODY_BYTES,
  persistenceVariables,
  PUBLIC_BODY_BYTES,
} from './index';

const VARIABLES = {
  ...commonVariables,
  ...postgresVariables,
  ...kafkaVariables,
  ...redisVariables,
  ...tokenVariables,
  ...persistenceVariables,
  PORT: port({ default: 8090, description: 'Port of the public API.' }),
  INTERNAL_PORT: port({ default: 8091, description: 'Port of the internal API; never routed from outside.' }),
  AUTHENTICATION_URL: httpUrl({ description: 'Internal address of authentication.' }),
};
type Values = ReturnType<typeof parseConfiguration<typeof VARIABLES>>;

/** Creating a group asks authentication about up to 1,000 users. */
const CALL_TIMEOUT_MS = 3_000;

runProcess('persistence', start);

async function start(context: ProcessContext): Promise<RunningService> {
  const { cleanup, logger } = context;
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const metrics = new Metrics('persistence');
  const readiness = new Readiness();
  readiness.set('started', false, 'the schema is not known to be up to date');

  const log = kafkaMessageLogFromConfiguration(configuration, {
    logger,
    metrics,
    // A consumer that crashed for good is not started again inside a process: it might share a partition with itself.
    onFatal: (error) => context.stop(error.message, 1),
  });
  const management = await startManagementServer({
    host: configuration.HOST,
    port: configuration.MANAGEMENT_PORT,
    metrics,
    readiness,
    liveness: () => log.health(),
  });
  cleanup.add('management server', () => management.close());
  const database = postgresFromConfiguration(configuration, { applicationName: 'persistence', logger, metrics });
  cleanup.add('database', () => database.close());
  const fanout = redisFromConfiguration(configuration, { podName: configuration.POD_NAME, logger, metrics });
  cleanup.add('fanout', () => fanout.close());
  cleanup.add('message log', () => log.close());
  const authentication = createServiceClient({
    name: 'authentication',
    baseUrl: configuration.AUTHENTICATION_URL,
    secret: configuration.INTERNAL_SECRET,
    secretHeader: INTERNAL_SECRET_HEADER,
    timeoutMs: CALL_TIMEOUT_MS,
    metrics,
    logger,
  });
  cleanup.add('authentication client', () => authentication.close());

  const authenticationClient = createUserClient(authentication);
  const sessions = new StandingSessions({ source: authenticationClient, logger, metrics });
  cleanup.add('sessions', () => sessions.close());
  followEndedSessions(fanout, sessions);
  sessions.start();
  const persistence = createPersistence({
    log,
    fanout,
    database,
    authentication: authenticationClient,
    configuration,
    logger,
    metrics,
  });
  cleanup.add('consumers', () => persistence.drain());
  const closeServers = await serve(context, configuration, metrics, persistence, sessions);

  await persistence.start();
  readiness.set('started', true);
  return {
    async drain() {
      readiness.draining();
      // Consumers stop at once; proxies send here until they know of it.
      await Promise.all([persistence.drain(), sleep(configuration.ENDPOINT_SETTLE_MS).then(closeServers)]);
    },
  };
}

/** Opens both APIs. Answers how to close them. */
async function serve(
  { cleanup, logger }: ProcessContext,
  configuration: Values,
  metrics: Metrics,
  persistence: ReturnType<typeof createPersistence>,
  sessions: StandingSessions,
): Promise<() => Promise<void>> {
  const { host, keepAliveTimeoutMs } = httpOptionsFrom(configuration);
  const audit = createAudit({ service: 'persistence', metrics });
  const listen = { host, keepAliveTimeoutMs, logger, audit, metrics, errors: ERRORS };
  const verifier = tokenVerifierFromConfiguration(configuration, { logger, metrics });
  cleanup.add('token verifier', () => verifier.close());
  const server = await startHttpServer({
    ...listen,
    ...httpOptionsFrom(configuration),
    name: 'public',
    port: configuration.PORT,
    routes: persistence.routes,
    verifier: sessions.guard(verifier),
    bodyLimitBytes: PUBLIC_BODY_BYTES,
  });
  cleanup.add('public server', () => server.close());
  const internal = await startHttpServer({
    ...listen,
    name: 'internal',
    port: configuration.INTERNAL_PORT,
    routes: persistence.internalRoutes,
    internalSecret: configuration.INTERNAL_SECRET,
    internalSecretHeader: INTERNAL_SECRET_HEADER,
    bodyLimitBytes: INTERNAL_BODY_BYTES,
  });
  cleanup.add('internal server', () => internal.close());
  return async () => {
    await Promise.all([server.close(), internal.close()]);
  };
}
