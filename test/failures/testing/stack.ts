/**
 * A whole system of one test file: the services as processes on backends of their own, with proxies where links break.
 *
 *   clients → Balancer → websocket pods → Balancer → persistence pods → TcpProxy → PostgreSQL
 *                              └──────── TcpProxy → Redis, Kafka ────────┘
 */
import { mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { silentLogger } from '@chat-app/platform';
import { createKafkaMessageLog } from '@chat-app/message-log/kafka';
import { startServices, type RunningServices } from '../../../scripts/processes/start-services';
import { freePorts, privateDirectory } from '../../testing/backend-process';
import { RedisCluster } from '../../testing/redis-cluster';
import { TcpProxy } from '../../testing/tcp-proxy';
import { startBackends, type Backends } from './backends';
import { Balancer } from './balancer';
import { Pod } from './pod';

const ROOT = resolve(__dirname, '..', '..', '..');
const PARTITIONS = 6;

export interface StackOptions {
  /** Kafka brokers. With one a proxy stands in front of it, with three none does. */
  nodes?: 1 | 3;
  /** Then services come to the brokers by TLS, past every proxy. */
  kafkaTls?: {
    /** A directory with the key and certificate of each broker: `node1.pem`, … */
    certificates: string;
    /** What services trust: a file or directory, for KAFKA_TLS_CA_FILE. */
    trusted: string;
  };
  /** Then services come to a Redis Cluster of three nodes and a replica of each, past the proxy of the one Redis. */
  redisCluster?: boolean;
  websocketPods?: number;
  persistencePods?: number;
  /** Variables of all services. */
  environment?: Record<string, string>;
  overrides?: Partial<Record<'authentication' | 'websocket' | 'persistence', Record<string, string>>>;
}

export class Stack {
  private constructor(
    readonly backends: Backends,
    private readonly redisCluster: RedisCluster | undefined,
    readonly proxies: { redis: TcpProxy; database: TcpProxy; kafka: TcpProxy | undefined },
    readonly websocket: Balancer,
    readonly persistence: Balancer,
    readonly internalPersistence: Balancer,
    private readonly services: RunningServices,
    private readonly directory: { path: string; remove(): void },
    private readonly logDirectory: string,
  ) {}

  /** Pods by service, counted from 0. */
  readonly pods = { authentication: [] as Pod[], websocket: [] as Pod[], persistence: [] as Pod[] };

  static async start(options: StackOptions = {}): Promise<Stack> {
    const { nodes = 1, websocketPods = 2, persistencePods = 2, kafkaTls } = options;
    const directory = privateDirectory('stack');
    const opened: { close(): Promise<void> }[] = [];
    const keep = <T extends { close(): Promise<void> }>(one: T): T => {
      opened.push(one);
      return one;
    };
    const backends = await startBackends(nodes, kafkaTls?.certificates);
    let redisCluster: RedisCluster | undefined;
    try {
      if (options.redisCluster === true) redisCluster = await RedisCluster.start({ replicasOfEach: 1 });
      const redis = keep(await TcpProxy.open(`127.0.0.1:${backends.redis.port}`));
      const database = keep(await TcpProxy.open(`127.0.0.1:${backends.postgres.port}`));
      const { kafkaProxyPort } = backends;
      const kafka =
        kafkaProxyPort === undefined
          ? undefined
          : keep(await TcpProxy.open(`127.0.0.1:${backends.kafka[0]?.port ?? 0}`, kafkaProxyPort));
      await createTopics(backends.kafkaAddress);
      const basePort = await freePorts(120);
      const ports = (first: number, count: number, step: number) =>
        Array.from({ length: count }, (_, pod) => basePort + first + step * pod);
      const sockets = keep(await Balancer.open(ports(50, websocketPods, 1)));
      const api = keep(await Balancer.open(ports(10, persistencePods, 2)));
      const internal = keep(await Balancer.open(ports(11, persistencePods, 2)));
      const kept = process.env['FAILURES_LOGS'];
      const logDirectory = kept === undefined ? directory.path : mkdtempSync(join(kept, 'stack-'));
      const services = await startServices({
        root: ROOT,
        directory: logDirectory,
        environment: {
          KAFKA_BROKERS: backends.kafkaTlsAddress ?? backends.kafkaAddress,
          ...(kafkaTls !== undefined && { KAFKA_TLS_CA_FILE: kafkaTls.trusted }),
          REDIS_URL: `redis://${redis.address}`,
          ...(redisCluster !== undefined && { REDIS_CLUSTER: redisCluster.addresses.join(',') }),
          AUTHENTICATION_DATABASE_URL: backends.databaseUrl('authentication', database.port),
          PERSISTENCE_DATABASE_URL: backends.databaseUrl('persistence', database.port),
          REGISTRATIONS_PER_MINUTE: '1000000',
          // Those of a group are strangers to each other.
          INVITATIONS: 'at_once',
          ...options.environment,
        },
        overrides: {
          ...options.overrides,
          websocket: { PERSISTENCE_URL: internal.url, ALLOWED_ORIGINS: '*', ...options.overrides?.websocket },
        },
        websocketPods,
        persistencePods,
        basePort,
        readyTimeoutMs: 120_000,
      });
      const stack = new Stack(
        backends,
        redisCluster,
        { redis, database, kafka },
        sockets,
        api,
        internal,
        services,
        directory,
        join(logDirectory, 'logs'),
      );
      stack.#findPods();
      return stack;
    } catch (error) {
      for (const one of opened.reverse()) await one.close();
      await redisCluster?.release();
      await backends.release();
      throw error;
    }
  }

  get cluster(): RedisCluster {
    if (this.redisCluster === undefined) throw new Error('the stack has no Redis Cluster');
    return this.redisCluster;
  }

  get authenticationUrl(): string {
    return this.services.authenticationUrl;
  }

  /** Where clients go. */
  get urls(): { authentication: string; websocket: string; persistence: string } {
    return {
      authentication: this.authenticationUrl,
      websocket: this.websocket.url,
      persistence: this.persistence.url,
    };
  }

  get allPods(): readonly Pod[] {
    return [...this.pods.websocket, ...this.pods.persistence, ...this.pods.authentication];
  }

  pod(service: keyof Stack['pods'], index: number): Pod {
    const pod = this.pods[service][index];
    if (pod === undefined) throw new Error(`there is no ${service} pod ${index}`);
    return pod;
  }

  get logs(): string {
    return this.logDirectory;
  }

  /** Ends everything, whatever state it is in. */
  async release(): Promise<void> {
    for (const pod of this.allPods) pod.thaw();
    for (const proxy of [this.proxies.redis, this.proxies.database, this.proxies.kafka]) {
      if (proxy !== undefined) proxy.mode = 'pass';
    }
    await this.services.stop();
    for (const one of [this.websocket, this.persistence, this.internalPersistence]) await one.close();
    for (const proxy of Object.values(this.proxies)) await proxy?.close();
    await this.redisCluster?.release();
    await this.backends.release();
    this.directory.remove();
  }

  #findPods(): void {
    const { processes } = this.services;
    processes.forEach((process, index) => {
      const service = process.options.name.replace(/-\d+$/, '') as keyof Stack['pods'];
      const { PORT: port, INTERNAL_PORT: internalPort } = process.options.environment;
      const at = (balancer: Balancer, text: string | undefined) => ({ balancer, port: Number(text) });
      const balancers =
        service === 'websocket'
          ? [at(this.websocket, port)]
          : service === 'persistence'
            ? [at(this.persistence, port), at(this.internalPersistence, internalPort)]
            : [];
      this.pods[service].push(new Pod(processes, index, balancers));
    });
  }
}

async function createTopics(brokers: string): Promise<void> {
  const log = createKafkaMessageLog({ brokers: brokers.split(','), clientId: 'topics', logger: silentLogger });
  try {
    await log.ensureTopics([
      { topic: 'messages', partitions: PARTITIONS },
      { topic: 'dead-messages', partitions: 2, configuration: { 'max.message.bytes': '2097152' } },
    ]);
  } finally {
    await log.close();
  }
}
