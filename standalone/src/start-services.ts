import { randomBytes } from 'node:crypto';
import {
  createAuthentication,
  INTERNAL_BODY_BYTES as AUTHENTICATION_BODY_BYTES,
  type Authentication,
} from '@chat-app/authentication';
import {
  createUserClient,
  createPersistence,
  INTERNAL_BODY_BYTES as PERSISTENCE_BODY_BYTES,
  type Persistence,
} from '@chat-app/persistence';
import {
  createServiceClient,
  secretOf,
  startHttpServer,
  type HttpServer,
  type Route,
  type Secret,
  type ServiceClient,
  type TokenVerifier,
} from '@chat-app/platform';
import { createTokenVerifier, StandingSessions } from '@chat-app/tokens';
import { ERRORS, INTERNAL_SECRET_HEADER } from '@chat-app/protocol';
import {
  createAuthenticationClient,
  createPersistenceClient,
  createWebsocket,
  type WebsocketService,
} from '@chat-app/websocket';
import type { StandaloneConfiguration } from './configuration';
import { TOKEN_SCOPE, type EmbeddedBackends, type Shared } from './embedded-backends';

/** The three services, started. */
export interface Services {
  authentication: Authentication;
  persistence: Persistence;
  websocket: WebsocketService;
  verifier: TokenVerifier;
}

const LOOPBACK = '127.0.0.1';
const CALL_TIMEOUT_MS = 5_000;

/**
 * Starts the services. They talk to each other over HTTP as they do in a cluster, on ports that only this machine sees:
 * the same code for one process and for many.
 */
export async function startServices(
  configuration: StandaloneConfiguration,
  backends: EmbeddedBackends,
  shared: Shared,
): Promise<Services> {
  const { cleanup, logger, audit, metrics } = shared;
  const parts = { ...backends, configuration, logger, audit, metrics };
  const inside = new InsideCalls(shared);

  const authentication = createAuthentication(parts);
  cleanup.add('authentication', () => authentication.close());
  const users = await inside.serve('authentication', authentication.internalRoutes, AUTHENTICATION_BODY_BYTES);
  const keys = await inside.serve('keys', authentication.routes.filter(isPublic), AUTHENTICATION_BODY_BYTES);
  const verifier = createTokenVerifier({
    ...TOKEN_SCOPE,
    jwksUrl: `http://${LOOPBACK}:${keys.port}/.well-known/jwks.json`,
    logger,
    metrics,
  });
  cleanup.add('token verifier', () => verifier.close());

  const userClient = inside.client('authentication', users);
  const sessions = new StandingSessions({ source: createUserClient(userClient), logger, metrics });
  cleanup.add('sessions', () => sessions.close());
  const persistence = createPersistence({ ...parts, authentication: createUserClient(userClient) });
  const inboxes = await inside.serve('persistence', persistence.internalRoutes, PERSISTENCE_BODY_BYTES);
  cleanup.add('persistence', () => persistence.drain());

  const websocket = createWebsocket({
    ...parts,
    verifier,
    persistence: createPersistenceClient(inside.client('persistence', inboxes)),
    authentication: createAuthenticationClient(userClient),
  });
  await authentication.start();
  await persistence.start();
  sessions.start();
  websocket.start();
  cleanup.add('websocket', () => websocket.close());
  return { authentication, persistence, websocket, verifier: sessions.guard(verifier) };
}

const isPublic = (route: Route): boolean => route.access === 'public';

/** Servers and clients of the calls between the services. */
class InsideCalls {
  readonly #secret: Secret = secretOf(randomBytes(32).toString('hex'));

  constructor(readonly shared: Shared) {}

  async serve(name: string, routes: readonly Route[], bodyLimitBytes: number): Promise<HttpServer> {
    const server = await startHttpServer({
      name: `internal ${name}`,
      host: LOOPBACK,
      port: 0,
      routes,
      errors: ERRORS,
      internalSecret: this.#secret,
      internalSecretHeader: INTERNAL_SECRET_HEADER,
      bodyLimitBytes,
      logger: this.shared.logger,
      audit: this.shared.audit,
      metrics: this.shared.metrics,
    });
    this.shared.cleanup.add(`internal server of ${name}`, () => server.close());
    return server;
  }

  client(name: string, { port }: HttpServer): ServiceClient {
    const client = createServiceClient({
      name,
      baseUrl: `http://${LOOPBACK}:${port}`,
      secret: this.#secret,
      secretHeader: INTERNAL_SECRET_HEADER,
      timeoutMs: CALL_TIMEOUT_MS,
      logger: this.shared.logger,
      metrics: this.shared.metrics,
    });
    this.shared.cleanup.add(`client of ${name}`, () => client.close());
    return client;
  }
}
