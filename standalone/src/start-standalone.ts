import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PUBLIC_BODY_BYTES } from '@chat-app/persistence';
import {
  createAudit,
  httpOptionsFrom,
  Metrics,
  Readiness,
  startHttpServer,
  startManagementServer,
  type HttpServer,
  type Logger,
  type CleanupStack,
  type Route,
} from '@chat-app/platform';
import { ERRORS } from '@chat-app/protocol';
import { websocketRoutes } from '@chat-app/websocket';
import type { StandaloneConfiguration } from './configuration';
import { openAuditFile } from './open-audit-file';
import { openEmbeddedBackends, type Shared } from './embedded-backends';
import { startServices, type Services } from './start-services';

export interface Standalone {
  /** Where everything is: page, HTTP APIs and `/ws`. */
  url: string;
  /** Sends the clients away; then the cleanup may run. */
  drain(): Promise<void>;
}

/** The folder of the web page, where it was built. */
const PAGES = resolve(__dirname, '..', '..', 'web', 'dist');

/**
 * All three services in one process on embedded adapters. Every resource is registered with `cleanup`.
 * @throws the system's error where a port is taken; PlatformError illegal_state where another process has the data folder
 */
export async function startStandalone(
  configuration: StandaloneConfiguration,
  { logger, cleanup }: { logger: Logger; cleanup: CleanupStack },
): Promise<Standalone> {
  const metrics = new Metrics('standalone');
  const directory = resolve(configuration.DATA_DIRECTORY);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const auditFile = openAuditFile(directory);
  cleanup.add('audit log', () => auditFile.close());
  const audit = createAudit({ service: 'standalone', metrics, destination: auditFile });
  const shared: Shared = { logger, cleanup, metrics, audit };
  const readiness = await startManagement(configuration, shared);
  const backends = await openEmbeddedBackends(directory, configuration.ACCESS_TOKEN_TTL_S, shared);
  const services = await startServices(configuration, backends, shared);
  const url = await openServers(configuration, services, shared);
  readiness.set('services', true);
  return {
    url,
    drain() {
      readiness.draining();
      return services.websocket.drain();
    },
  };
}

async function startManagement(
  configuration: StandaloneConfiguration,
  { metrics, cleanup }: Shared,
): Promise<Readiness> {
  const readiness = new Readiness();
  readiness.set('services', false, 'starting');
  const { HOST: host, MANAGEMENT_PORT: port } = configuration;
  const management = await startManagementServer({ host, port, metrics, readiness });
  cleanup.add('management server', () => management.close());
  return readiness;
}

/** One server with everything, as an Ingress would join it, and each HTTP service on the port it has alone. */
async function openServers(
  configuration: StandaloneConfiguration,
  services: Services,
  shared: Shared,
): Promise<string> {
  const { authentication, persistence, websocket, verifier } = services;
  const open = async (name: string, routes: readonly Route[], port: number): Promise<HttpServer> => {
    const server = await startHttpServer({
      name,
      routes,
      port,
      ...httpOptionsFrom(configuration),
      allowedHosts: configuration.ALLOWED_HOSTS,
      verifier,
      errors: ERRORS,
      bodyLimitBytes: PUBLIC_BODY_BYTES,
      logger: shared.logger,
      audit: shared.audit,
      metrics: shared.metrics,
      ...(existsSync(join(PAGES, 'index.html')) && { pages: PAGES }),
    });
    shared.cleanup.add(`server ${name}`, () => server.close());
    return server;
  };
  const everything = [...authentication.routes, ...persistence.routes, ...websocketRoutes];
  const main = await open('public', everything, configuration.PORT);
  websocket.attach(main.server, configuration.PUBLIC_PATH);
  await open('authentication', authentication.routes, configuration.AUTHENTICATION_PORT);
  await open('persistence', persistence.routes, configuration.PERSISTENCE_PORT);
  return `http://localhost:${main.port}${configuration.PUBLIC_PATH}`;
}
