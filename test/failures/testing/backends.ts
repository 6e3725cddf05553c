/**
 * The backends under a stack: Kafka, PostgreSQL and Redis in one directory. Where FAILURES_DIRECTORY names one (the
 * runner does) they are kept for the next test file, as they take long to start; else they live as long as one stack.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendProcess, freePorts, privateDirectory, runBackendScript } from '../../testing/backend-process';

/** One server that can be ended and started again on its port. Kafka and PostgreSQL keep their data, Redis is empty. */
export class BackendServer {
  #process: BackendProcess | undefined;

  constructor(
    readonly port: number,
    private readonly launch: () => Promise<number>,
  ) {}

  get process(): BackendProcess {
    if (this.#process === undefined) throw new Error('the server was not started');
    return this.#process;
  }

  async start(): Promise<void> {
    this.#process = new BackendProcess(await this.launch());
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.process.end('SIGKILL');
  }
}

export interface Backends {
  /** By node, counted from 0. Starting one starts all that do not run. */
  kafka: readonly BackendServer[];
  /** Where Kafka says it is; with one node a proxy listens there. */
  kafkaAddress: string;
  kafkaProxyPort: number | undefined;
  /** Where it is for those who come by TLS, where it has certificates. */
  kafkaTlsAddress: string | undefined;
  postgres: BackendServer;
  redis: BackendServer;
  /** The URL of a role of PostgreSQL, at its own port or another. */
  databaseUrl(role: string, port?: number): string;
  release(): Promise<void>;
}

/** @param certificates a directory of `node1.pem`, …: the brokers speak TLS as well, and the backends are this stack's own */
export async function startBackends(nodes: 1 | 3, certificates?: string): Promise<Backends> {
  const shared = certificates === undefined ? process.env['FAILURES_DIRECTORY'] : undefined;
  const own = shared === undefined ? privateDirectory('failures') : undefined;
  const directory = join(own?.path ?? shared ?? '', `backends-${nodes}`);
  const ports = await portsOf(directory);
  const paths = {
    kafka: join(directory, 'kafka'),
    postgres: join(directory, 'postgres'),
    redis: join(directory, 'redis'),
  };
  const started = async (name: 'postgres' | 'redis', port: number): Promise<number> =>
    Number((await runBackendScript(`start-${name}`, [paths[name], String(port)])).get('pid'));
  const kafka = Array.from(
    { length: nodes },
    (_, index) =>
      new BackendServer(ports + index, async () => {
        const printed = await runBackendScript('start-kafka', [paths.kafka, String(ports)], {
          NODES: String(nodes),
          KAFKA_PROPERTIES: properties,
          KAFKA_CERTIFICATES: certificates ?? '',
          READY_TIMEOUT_S: '120',
        });
        return Number(printed.get(`node${index + 1}`));
      }),
  );
  const kafkaProxyPort = nodes === 1 ? ports + 20 : undefined;
  const properties = writeProperties(directory, kafkaProxyPort);
  const postgres = new BackendServer(ports + 10, () => started('postgres', ports + 10));
  const redis = new BackendServer(ports + 11, () => started('redis', ports + 11));
  const release = async (): Promise<void> => {
    if (own === undefined) return;
    await runBackendScript('start-kafka', ['stop', paths.kafka]);
    await runBackendScript('start-redis', ['stop', paths.redis]);
    await runBackendScript('start-postgres', ['stop', paths.postgres, '--delete']);
    own.remove();
  };
  try {
    await Promise.all([startNodes(kafka), postgres.start(), redis.start()]);
  } catch (error) {
    await release();
    throw error;
  }
  const addresses = kafkaProxyPort === undefined ? kafka.map(({ port }) => port) : [kafkaProxyPort];
  const tlsAddresses = kafka.map((_, index) => `localhost:${ports + 30 + index}`);
  return {
    kafka,
    kafkaAddress: addresses.map((port) => `127.0.0.1:${port}`).join(','),
    kafkaProxyPort,
    kafkaTlsAddress: certificates === undefined ? undefined : tlsAddresses.join(','),
    postgres,
    redis,
    databaseUrl: (role, port = postgres.port) => `postgres://${role}:${role}@127.0.0.1:${port}/chatapp`,
    release,
  };
}

/** One start starts all nodes; the others only look who runs. */
async function startNodes(nodes: readonly BackendServer[]): Promise<void> {
  for (const node of nodes) await node.start();
}

/** The first of the directory's ports, which it keeps. */
async function portsOf(directory: string): Promise<number> {
  const file = join(directory, 'ports');
  mkdirSync(join(directory, 'postgres'), { recursive: true });
  mkdirSync(join(directory, 'redis'), { recursive: true });
  // PostgreSQL, where root runs it as user postgres, must get to its data.
  for (const path of [directory, join(directory, 'postgres')]) chmodSync(path, 0o755);
  if (!existsSync(file)) writeFileSync(file, String(await freePorts(60)));
  return Number(readFileSync(file, 'utf8'));
}

/** With one node clients come through a proxy: the broker names the proxy's port as its own. */
function writeProperties(directory: string, proxyPort: number | undefined): string {
  if (proxyPort === undefined) return '';
  const file = join(directory, 'kafka.properties');
  writeFileSync(file, `advertised.listeners=PLAINTEXT://127.0.0.1:${proxyPort}\n`);
  return file;
}
