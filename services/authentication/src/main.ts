import { setTimeout as sleep } from 'node:timers/promises';
import {
  commonVariables,
  createAudit,
  httpOptionsFrom,
  integer,
  Metrics,
  optionalText,
  parseConfiguration,
  port,
  Readiness,
  runProcess,
  startHttpServer,
  startManagementServer,
  text,
  tokenVariables,
  urlHost,
  type ProcessContext,
  type RunningService,
} from '@chat-app/platform';
import { createTokenSigner, createTokenVerifier, StandingSessions } from '@chat-app/tokens';
import { postgresFromConfiguration, postgresVariables } from '@chat-app/database/postgres';
import { redisFromConfiguration, redisVariables } from '@chat-app/fanout/redis';
import { ERRORS, INTERNAL_SECRET_HEADER } from '@chat-app/protocol';
import { authenticationVariables, createAuthentication, INTERNAL_BODY_BYTES } from './index';

const { TOKEN_ISSUER, TOKEN_AUDIENCE, REVOKED_KEY_IDS } = tokenVariables;

const VARIABLES = {
  ...commonVariables,
  ...postgresVariables,
  ...redisVariables,
  ...authenticationVariables,
  TOKEN_ISSUER,
  TOKEN_AUDIENCE,
  REVOKED_KEY_IDS,
  PORT: port({ default: 8000, description: 'Port of the public API.' }),
  INTERNAL_PORT: port({ default: 8001, description: 'Port of the internal API; never routed from outside.' }),
  SIGNING_KEYS_DIRECTORY: text({
    description:
      'Folder with the signing keys: <kid>.pem, PKCS#8, EC P-256. A kid begins with the time that the key was made.',
  }),
  KEY_PUBLISH_BEFORE_USE_S: integer({
    default: 600,
    min: 0,
    max: 86_400,
    description: 'Age in seconds from which a key signs; above the 5 minutes for which the keys may be cached.',
  }),
  PAGES_DIRECTORY: optionalText({ description: 'Folder with the web page, served at /.' }),
};

runProcess('authentication', start);

async function start(context: ProcessContext): Promise<RunningService> {
  const { cleanup, logger } = context;
  const configuration = parseConfiguration(context.environment, VARIABLES);
  const metrics = new Metrics('authentication');
  const audit = createAudit({ service: 'authentication', metrics });
  const readiness = new Readiness();
  readiness.set('started', false, 'the schema is not known to be up to date');
  const management = await startManagementServer({
    host: configuration.HOST,
    port: configuration.MANAGEMENT_PORT,
    metrics,
    readiness,
  });
  cleanup.add('management server', () => management.close());

  const { TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience, REVOKED_KEY_IDS: revokedKeyIds } = configuration;
  const scope = { issuer, audience, revokedKeyIds };
  const signer = createTokenSigner({
    ...scope,
    directory: configuration.SIGNING_KEYS_DIRECTORY,
    accessTtlS: configuration.ACCESS_TOKEN_TTL_S,
    publishBeforeUseS: configuration.KEY_PUBLISH_BEFORE_USE_S,
    logger,
  });
  const database = postgresFromConfiguration(configuration, { applicationName: 'authentication', logger, metrics });
  cleanup.add('database', () => database.close());
  const fanout = redisFromConfiguration(configuration, { podName: configuration.POD_NAME, logger, metrics });
  cleanup.add('fanout', () => fanout.close());
  const service = createAuthentication({
    database,
    fanout,
    signer,
    configuration,
    logger,
    audit,
    metrics,
    ...(configuration.PAGES_DIRECTORY !== undefined && { pages: configuration.PAGES_DIRECTORY }),
  });
  cleanup.add('authentication', () => service.close());

  const { host, keepAliveTimeoutMs } = httpOptionsFrom(configuration);
  const listen = { host, keepAliveTimeoutMs, logger, audit, metrics, errors: ERRORS };
  // Keys come from the service itself, whose port is known only once it listens.
  const sessions = new StandingSessions({ source: service.sessions, logger, metrics });
  cleanup.add('sessions', () => sessions.close());
  const own = sessions.guard({ verify: (token: string) => verifier.verify(token) });
  const server = await startHttpServer({
    ...listen,
    ...httpOptionsFrom(configuration),
    name: 'public',
    port: configuration.PORT,
    routes: service.routes,
    // Asked for by the other services, and by this one, past every proxy.
    plainPaths: ['/.well-known/jwks.json'],
    verifier: own,
    ...(service.pages !== undefined && { pages: service.pages }),
  });
  cleanup.add('public server', () => server.close());
  const jwksUrl = `http://${loopback(configuration.HOST)}:${server.port}/.well-known/jwks.json`;
  const verifier = createTokenVerifier({ ...scope, jwksUrl, logger, metrics });
  cleanup.add('token verifier', () => verifier.close());
  const internal = await startHttpServer({
    ...listen,
    name: 'internal',
    port: configuration.INTERNAL_PORT,
    routes: service.internalRoutes,
    internalSecret: configuration.INTERNAL_SECRET,
    internalSecretHeader: INTERNAL_SECRET_HEADER,
    bodyLimitBytes: INTERNAL_BODY_BYTES,
  });
  cleanup.add('internal server', () => internal.close());

  await service.start();
  sessions.start();
  readiness.set('started', true);
  return {
    async drain() {
      readiness.draining();
      // Proxies send here until they have heard of it.
      await sleep(configuration.ENDPOINT_SETTLE_MS);
      await Promise.all([server.close(), internal.close()]);
    },
  };
}

/** Where a server that listens on this address can be reached from its own host. */
function loopback(host: string): string {
  return host === '0.0.0.0' || host === '::' ? 'localhost' : urlHost(host);
}
