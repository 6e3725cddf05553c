/** The system that is observed: backends and services as processes, and the faults that the drill causes in them. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { silentLogger } from '@chat-app/platform';
import { createKafkaMessageLog } from '@chat-app/message-log/kafka';
import { acquireBackends, type Backends } from '../../scripts/processes/backends';
import { startServices, type RunningServices } from '../../scripts/processes/start-services';
import type { Target } from './prometheus-server';

/** Topic of messages; the one thing here that knows it. */
const MESSAGES_TOPIC = 'messages';

export class Stack {
  private constructor(
    readonly root: string,
    readonly directory: string,
    readonly backends: Backends,
    readonly services: RunningServices,
  ) {}

  /** @throws Error where a backend or a service does not start */
  static async start(options: { root: string; directory: string; basePort: number }): Promise<Stack> {
    const { root, directory, basePort } = options;
    // The drill ends processes by their pid files; containers have none.
    process.env['BACKENDS_MODE'] = 'local';
    process.env['BACKENDS_PORT'] ??= String(basePort + 500);
    const backends = await acquireBackends(root, join(directory, 'backends'));
    if (backends.missing !== undefined) throw new Error(backends.missing);
    try {
      const services = await startServices({
        root,
        directory,
        environment: backends.environment,
        websocketPods: 2,
        persistencePods: 2,
        basePort,
        readyTimeoutMs: 180_000,
      });
      return new Stack(root, directory, backends, services);
    } catch (error) {
      await backends.release();
      throw error;
    }
  }

  get targets(): Target[] {
    return this.services.processes.map(({ options }) => ({
      job: options.name.replace(/-\d+$/, ''),
      pod: options.name,
      port: options.managementPort,
    }));
  }

  async stopRedis(): Promise<void> {
    this.#script('start-redis', 'stop', this.#backend('redis'));
  }

  async startRedis(): Promise<void> {
    this.#script('start-redis', this.#backend('redis'), this.#port('REDIS_URL'));
  }

  async stopPostgres(): Promise<void> {
    this.#script('start-postgres', 'stop', this.#backend('postgres'));
  }

  async startPostgres(): Promise<void> {
    this.#script('start-postgres', this.#backend('postgres'), this.#port('TEST_DATABASE_URL'));
  }

  /** Freezes (or thaws) every consumer: they hang, and nobody takes over. */
  async signalConsumers(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    for (const process of this.services.processes) {
      if (process.options.name.startsWith('persistence') && process.running) process.signal(signal);
    }
  }

  /** Appends records that are no messages: they become dead messages. */
  async appendPoison(count: number): Promise<void> {
    const brokers = (this.backends.environment['KAFKA_BROKERS'] ?? '').split(',');
    const log = createKafkaMessageLog({ brokers, clientId: 'observe', logger: silentLogger });
    try {
      const records = Array.from({ length: count }, () => ({
        topic: MESSAGES_TOPIC,
        key: randomBytes(8).toString('hex'),
        value: 'no message',
        headers: {},
      }));
      await Promise.all(records.map((record) => log.append(record)));
    } finally {
      await log.close();
    }
  }

  async release(): Promise<void> {
    await this.signalConsumers('SIGCONT');
    await this.services.stop();
    await this.backends.release();
  }

  #backend(name: string): string {
    return join(this.directory, 'backends', name);
  }

  #port(variable: string): string {
    return new URL(this.backends.environment[variable] ?? '').port;
  }

  #script(name: string, ...options: string[]): void {
    const file = join(this.root, 'scripts', 'backends', name);
    execFileSync(file, options, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 180_000 });
  }
}
