import {
  commonVariables,
  createAudit,
  createServiceClient,
  httpOptionsFrom,
  Metrics,
  parseConfiguration,
  Readiness,
  runProcess,
  startHttpServer,
  startManagementServer,
  tokenVariables,
  type ProcessContext,
  type RunningService,
  type ServiceClient,
} from '@chat-app/platform';
import { tokenVerifierFromConfiguration } from '@chat-app/tokens';
import { redisBackendFromConfiguration, redisVariables } from '@chat-app/fanout/redis';
import { kafkaMessageLogFromConfiguration, kafkaVariables } from '@chat-app/message-log/kafka';
import { ERRORS, INTERNAL_SECRET_HEADER } from '@chat-app/protocol';
import {
  createAuthenticationClient,
  createPersistenceClient,
  createWebsocket,
  websocketRoutes,
  websocketVariables,
  type WebsocketService,
} from './index';

const VARIABLES = {
  ...commonVariables,
  ...kafkaVariables,
  ...redisVariables,
  ...tokenVariables,
  ...websocketVariables,
};

/** Longer than a failover of the database usually blocks a read, shorter than a client's patience. */
const CALL_TIMEOUT_MS = 3_000;

runProcess('websocket', start);

async function start(context: ProcessContext): Promise<RunningService> {
  const { cleanup, logger } = context;
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const { HOST: host } = configuration;
  const metrics = new Metrics('websocket');
  const audit = createAudit({ service: 'websocket', metrics });
  const readiness = new Readiness();
  readiness.set('started', false, 'not listening yet');
  let websocket: WebsocketService | undefined = undefined;
  const management = await startManagementServer({
    host,
    port: configuration.MANAGEMENT_PORT,
    metrics,
    readiness,
    local: {
      '/connections': (query) => ({
        pod: configuration.POD_NAME,
        ...websocket?.describeConnections(query.get('user_id')?.toLowerCase()),
      }),
    },
  });
  cleanup.add('management server', () => management.close());

  const log = kafkaMessageLogFromConfiguration(configuration, { logger, metrics });
  cleanup.add('message log', () => log.close());
  const { fanout, leases } = redisBackendFromConfiguration(configuration, {
    podName: configuration.POD_NAME,
    logger,
    metrics,
  });
  cleanup.add('fanout', () => fanout.close());
  const verifier = tokenVerifierFromConfiguration(configuration, { logger, metrics });
  cleanup.add('token verifier', () => verifier.close());
  const clientOf = (name: string, baseUrl: string): ServiceClient => {
    const secret = configuration.INTERNAL_SECRET;
    const options = { name, baseUrl, secret, secretHeader: INTERNAL_SECRET_HEADER, timeoutMs: CALL_TIMEOUT_MS };
    const client = createServiceClient({ ...options, metrics, logger });
    cleanup.add(`${name} client`, () => client.close());
    return client;
  };

  const service = createWebsocket({
    log,
    fanout,
    leases,
    verifier,
    persistence: createPersistenceClient(clientOf('persistence', configuration.PERSISTENCE_URL)),
    authentication: createAuthenticationClient(clientOf('authentication', configuration.AUTHENTICATION_URL)),
    configuration,
    logger,
    audit,
    metrics,
  });
  websocket = service;
  service.start();
  cleanup.add('websocket', () => service.close());
  const server = await startHttpServer({
    ...httpOptionsFrom(configuration),
    name: 'public',
    port: configuration.PORT,
    routes: websocketRoutes,
    logger,
    metrics,
    errors: ERRORS,
  });
  cleanup.add('server', () => server.close());
  service.attach(server.server, configuration.PUBLIC_PATH);
  readiness.set('started', true);
  return {
    async drain() {
      readiness.draining();
      await service.drain();
    },
  };
}
