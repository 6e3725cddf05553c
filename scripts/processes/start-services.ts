import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ServiceProcess } from './service-process';

export interface StartServicesOptions {
  /** Root of the repository. */
  root: string;
  /** Where logs and the signing key go. */
  directory: string;
  /** KAFKA_…, DATABASE_… and REDIS_… variables of the backends, and any other that all services get. */
  environment: Record<string, string>;
  /** Overrides for one service. */
  overrides?: {
    authentication?: Record<string, string>;
    websocket?: Record<string, string>;
    persistence?: Record<string, string>;
  };
  websocketPods: number;
  persistencePods: number;
  /** First of the ports used; they are counted up from here. */
  basePort: number;
  /** Time within which all must be ready; 30 s by default. */
  readyTimeoutMs?: number;
}

export interface RunningServices {
  authenticationUrl: string;
  persistenceUrl: string;
  websocketUrls: string[];
  processes: ServiceProcess[];
  /** SIGTERM to all, websocket pods first; resolves when all are gone. */
  stop(): Promise<void>;
}

/** Starts the three services as processes, as many pods of each as asked for, and waits until all are ready. */
export async function startServices(options: StartServicesOptions): Promise<RunningServices> {
  const { basePort, root } = options;
  const common: Record<string, string> = {
    INTERNAL_SECRET: randomBytes(16).toString('hex'),
    HOST: '127.0.0.1',
    ENDPOINT_SETTLE_MS: '100',
    DRAIN_WINDOW_MS: '2000',
    // As the chart starts a pod with a memory limit of 1 GiB.
    NODE_OPTIONS: '--max-semi-space-size=64',
    ...options.environment,
  };
  const address = (port: number): string => `http://127.0.0.1:${port}`;
  const jwks = { JWKS_URL: `${address(basePort)}/.well-known/jwks.json` };
  let nextPort = basePort + 100;
  const start = (service: 'authentication' | 'websocket' | 'persistence', pod: number, own: Record<string, string>) =>
    new ServiceProcess({
      name: `${service}-${pod}`,
      script: join(root, 'services', service, 'dist', 'main.js'),
      environment: { ...common, POD_NAME: `${service}-${pod}`, ...own, ...options.overrides?.[service] },
      managementPort: nextPort++,
      logDirectory: join(options.directory, 'logs'),
    });

  const processes: ServiceProcess[] = [];
  const stop = async (): Promise<void> => {
    const rest = (prefix: string) => processes.filter(({ options: { name } }) => name.startsWith(prefix));
    for (const prefix of ['websocket', 'persistence', 'authentication']) {
      await Promise.all(rest(prefix).map((process) => process.stop()));
    }
  };
  try {
    processes.push(
      start('authentication', 0, {
        PORT: String(basePort),
        INTERNAL_PORT: String(basePort + 1),
        SIGNING_KEYS_DIRECTORY: signingKeys(options.directory),
        DEMO_USERS: 'true',
        ...databaseOf(options.environment, 'authentication'),
      }),
    );
    for (let pod = 0; pod < options.persistencePods; pod++) {
      processes.push(
        start('persistence', pod, {
          PORT: String(basePort + 10 + 2 * pod),
          INTERNAL_PORT: String(basePort + 11 + 2 * pod),
          AUTHENTICATION_URL: address(basePort + 1),
          ...jwks,
          ...databaseOf(options.environment, 'persistence'),
        }),
      );
    }
    for (let pod = 0; pod < options.websocketPods; pod++) {
      processes.push(
        start('websocket', pod, {
          PORT: String(basePort + 50 + pod),
          AUTHENTICATION_URL: address(basePort + 1),
          // Each pod asks one persistence pod: there is no Service in front of processes.
          PERSISTENCE_URL: address(basePort + 11 + 2 * (pod % options.persistencePods)),
          ...jwks,
        }),
      );
    }
    await Promise.all(processes.map((process) => process.ready(options.readyTimeoutMs)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    authenticationUrl: address(basePort),
    persistenceUrl: address(basePort + 10),
    websocketUrls: Array.from({ length: options.websocketPods }, (_, pod) => address(basePort + 50 + pod)),
    processes,
    stop,
  };
}

/** `<SERVICE>_DATABASE_URL` becomes the service's own DATABASE_URL: each service has its own role. */
function databaseOf(environment: Record<string, string>, service: string): Record<string, string> {
  const url = environment[`${service.toUpperCase()}_DATABASE_URL`];
  return url === undefined ? {} : { DATABASE_URL: url };
}

/** A directory with one signing key, made once. */
function signingKeys(directory: string): string {
  const keys = resolve(directory, 'signing-keys');
  const file = join(keys, 'development.pem');
  if (!existsSync(file)) {
    mkdirSync(keys, { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  return keys;
}
