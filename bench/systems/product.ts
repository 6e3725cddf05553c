import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { readEnvironment } from '../../scripts/processes/backends';
import { startServices, type RunningServices } from '../../scripts/processes/start-services';
import type { ProcessGroup } from '../measure/cpu-time';
import { connectProduct, type ProductClient, type ProductClientOptions } from './product-client';
import { ProductUsers } from './product-users';
import type { System } from './system';

type More = Pick<ProductClientOptions, 'room' | 'observe' | 'onMessage'>;

/** Limits that no client of the bench reaches. */
const UNLIMITED = {
  INVITATIONS: 'at_once',
  SENDS_PER_SECOND: '1000000',
  SENDS_BURST: '1000000',
  ROWS_PER_SECOND: '10000000',
  ROWS_BURST: '10000000',
  MAX_UNACKNOWLEDGED_SENDS: '4096',
  LOG_LEVEL: 'warn',
};

export interface ProductOptions {
  root: string;
  /** Where backends, keys and logs are. */
  directory: string;
  /** First port of the backends; the services follow 200 later. */
  basePort: number;
  /** More environment of the services, to try a setting. */
  environment?: Record<string, string>;
  /** 2 by default. */
  websocketPods?: number;
}

/** This product: two websocket pods or as many as asked for, one persistence, one authentication, on backends of its own. */
export class Product implements System {
  readonly name = 'chat-app';
  #services: RunningServices | undefined;

  private constructor(
    private readonly options: ProductOptions,
    private readonly environment: Record<string, string>,
    readonly users: ProductUsers,
  ) {}

  /** Starts backends and services. @throws where the backends cannot be started */
  static async start(options: ProductOptions): Promise<Product> {
    try {
      backends(options, 'start');
      const environment = readEnvironment(join(options.directory, 'backends.env'));
      const services = await launch(options, environment);
      const users = new ProductUsers(options.directory, environment['TEST_DATABASE_URL'] ?? '');
      const product = new Product(options, environment, users);
      product.#services = services;
      return product;
    } catch (error) {
      backends(options, 'stop', '--delete');
      throw error;
    }
  }

  get databaseUrl(): string {
    return this.environment['TEST_DATABASE_URL'] ?? '';
  }

  get urls(): readonly string[] {
    return this.#running.websocketUrls.map((url) => url.replace('http', 'ws'));
  }

  own(): readonly ProcessGroup[] {
    return ['websocket', 'persistence'].map((name) => ({ name, pids: this.pids(name) }));
  }

  /** Process ids of a service's pods. */
  pids(service: string): number[] {
    return this.#running.processes.filter(({ options: { name } }) => name.startsWith(service)).map(({ pid }) => pid);
  }

  /** Backends that run as containers tell no process ids, and cost nothing then. */
  behind(): readonly ProcessGroup[] {
    const { directory } = this.options;
    const kafka = entries(join(directory, 'kafka')).flatMap((node) => pidOf(join(directory, 'kafka', node, 'pid')));
    return [
      { name: 'postgres', pids: pidOf(join(directory, 'postgres', 'data', 'postmaster.pid')), tree: true },
      { name: 'redis', pids: pidOf(join(directory, 'redis', 'pid')) },
      { name: 'kafka', pids: kafka },
    ].filter(({ pids }) => pids.length > 0);
  }

  connect = (url: string, user: number, more: More = {}): Promise<ProductClient> =>
    connectProduct({
      url,
      userId: this.users.idOf(user),
      token: this.users.tokenOf(user),
      idOf: (other) => this.users.idOf(other),
      ...more,
    });

  makeRoom = async (members: number): Promise<(url: string, user: number) => Promise<ProductClient>> => {
    const member_ids = Array.from({ length: members - 1 }, (_, index) => this.users.idOf(index + 1));
    const response = await fetch(`${this.#running.persistenceUrl}/conversations`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.users.tokenOf(0)}` },
      body: JSON.stringify({ title: 'room', member_ids }),
    });
    const answer = (await response.json()) as { conversation_id: string };
    if (!response.ok) throw new Error(`no room: ${JSON.stringify(answer)}`);
    return (url, user) => this.connect(url, user, { room: answer.conversation_id });
  };

  /** New services on the same backends, as many, of the build or with the environment given: with nothing from before in memory. */
  async restart(other: Partial<Pick<ProductOptions, 'websocketPods' | 'root' | 'environment'>> = {}): Promise<void> {
    await this.#running.stop();
    Object.assign(this.options, other);
    this.#services = await launch(this.options, this.environment);
  }

  async stop(): Promise<void> {
    await this.#services?.stop();
    backends(this.options, 'stop', '--delete');
  }

  get #running(): RunningServices {
    if (this.#services === undefined) throw new Error('the services do not run');
    return this.#services;
  }
}

function launch(options: ProductOptions, environment: Record<string, string>): Promise<RunningServices> {
  const { root, directory, basePort, websocketPods = 2 } = options;
  return startServices({
    root,
    directory,
    environment: { ...environment, ...UNLIMITED, ...options.environment },
    websocketPods,
    persistencePods: 1,
    basePort: basePort + 200,
    readyTimeoutMs: 60_000,
  });
}

function backends({ root, directory, basePort }: ProductOptions, command: 'start' | 'stop', ...args: string[]): void {
  const env = { ...process.env, BACKENDS_DIRECTORY: directory, BACKENDS_PORT: String(basePort) };
  const script = join(root, 'scripts', 'backends', command);
  const { status, stderr } = spawnSync(script, args, { env, encoding: 'utf8' });
  if (status !== 0 && command === 'start') throw new Error(`the backends could not be started: ${stderr.trim()}`);
}

function pidOf(file: string): number[] {
  try {
    return [Number(readFileSync(file, 'utf8').split('\n')[0])];
  } catch {
    return [];
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
