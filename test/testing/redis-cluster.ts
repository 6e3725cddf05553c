import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts, privateDirectory } from './backend-process';

const run = promisify(execFile);
const READY_WITHIN_MS = 60_000;

export interface RedisClusterOptions {
  masters?: number;
  replicasOfEach?: number;
  /** After so long without an answer a node counts as failed; a replica takes its place soon after. */
  nodeTimeoutMs?: number;
  /** More arguments of redis-server. */
  arguments?: readonly string[];
  /** With which redis-cli logs in. */
  login?: { username: string; password: string };
  /** TLS everywhere, between the nodes too: the file of the certificate that vouches for all of them; `arguments` name it and its key. */
  tlsCaFile?: string;
}

/** One node. It keeps what it knows of the others when it is killed, and no keys. */
export class RedisNode {
  #child: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly argumentsOfServer: readonly string[],
    /** With which redis-cli comes in. */
    private readonly entry: readonly string[],
  ) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the node was not started');
    return this.#child.pid;
  }

  async start(): Promise<void> {
    const child = spawn('redis-server', this.argumentsOfServer, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.includes('Ready to accept connections')) return void child.stdout.resume();
    }
    throw new Error(output);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** What redis-cli prints. @throws where the server refuses */
  async ask(...command: readonly string[]): Promise<string> {
    const { stdout } = await run('redis-cli', ['-e', ...this.entry, '-p', String(this.port), ...command]);
    return stdout.trim();
  }
}

/** A Redis Cluster of processes. */
export class RedisCluster {
  private constructor(
    readonly nodes: readonly RedisNode[],
    private readonly options: RedisClusterOptions,
    private readonly directory: { path: string; remove(): void },
  ) {}

  static async start(options: RedisClusterOptions = {}): Promise<RedisCluster> {
    const { masters = 3, replicasOfEach = 0, nodeTimeoutMs = 2_000 } = options;
    const count = masters * (1 + replicasOfEach);
    const directory = privateDirectory('redis-cluster');
    const ports = await freePorts(2 * count);
    const nodes = Array.from({ length: count }, (_, index) => {
      const own = join(directory.path, String(index));
      mkdirSync(own);
      const network = [...portOf(options, ports + index), '--cluster-port', String(ports + count + index)];
      const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)];
      const rest = ['--bind', '127.0.0.1', '--dir', own, '--save', '', '--appendonly', 'no'];
      const copying = ['--repl-diskless-sync-delay', '0'];
      return new RedisNode(
        ports + index,
        [...network, ...cluster, ...rest, ...copying, ...(options.arguments ?? [])],
        entryOf(options),
      );
    });
    const made = new RedisCluster(nodes, options, directory);
    try {
      await Promise.all(nodes.map((node) => node.start()));
      const replicas = ['--cluster-replicas', String(replicasOfEach)];
      await made.manage('create', ...nodes.map(({ address }) => address), ...replicas, '--cluster-yes');
      await made.settled();
      if (replicasOfEach > 0) for (const master of await made.masters()) await made.replicaOf(master);
      return made;
    } catch (error) {
      await made.release();
      throw error;
    }
  }

  /** Where nodes are, as REDIS_CLUSTER has it. */
  get addresses(): string[] {
    return this.nodes.map(({ address }) => address);
  }

  /** `redis-cli --cluster …`. */
  async manage(...command: readonly string[]): Promise<void> {
    await run('redis-cli', [...entryOf(this.options), '--cluster', ...command]);
  }

  /** The nodes that own slots, as this one sees it. */
  async masters(seenBy?: RedisNode): Promise<RedisNode[]> {
    return (await this.#owners(seenBy)).map(({ node }) => node);
  }

  /** The node that owns the slot of a key or channel, as this one sees it. */
  async ownerOf(key: string, seenBy?: RedisNode): Promise<RedisNode> {
    const slot = Number(await this.#any(seenBy).ask('cluster', 'keyslot', key));
    const owner = (await this.#owners(seenBy)).find(({ ranges }) => covers(ranges, slot));
    if (owner === undefined) throw new Error(`nobody owns slot ${slot}`);
    return owner.node;
  }

  /** Resolves with a replica of a master once it has a copy of everything, and could take over. */
  async replicaOf(master: RedisNode): Promise<RedisNode> {
    const id = await this.idOf(master);
    return this.#eventually(async () => {
      const [, port] =
        /:(\d+)@\S+ slave \S+ \S+ \S+ \S+ connected/.exec(await master.ask('cluster', 'replicas', id)) ?? [];
      const replica = this.nodes.find((node) => node.port === Number(port));
      const isCopied = (await replica?.ask('info', 'replication'))?.includes('master_link_status:up') === true;
      return isCopied ? replica : undefined;
    });
  }

  /** The id of a node. */
  idOf(node: RedisNode): Promise<string> {
    return node.ask('cluster', 'myid');
  }

  /** Moves the slot of a key or channel from one node to another, with its keys, as an operator's tools do. */
  async moveSlot(key: string, from: RedisNode, to: RedisNode): Promise<void> {
    const slot = await to.ask('cluster', 'keyslot', key);
    await this.beginMove(key, from, to);
    const { username, password } = this.options.login ?? {};
    const login = username === undefined || password === undefined ? [] : ['auth2', username, password];
    for (;;) {
      const keys = (await from.ask('cluster', 'getkeysinslot', slot, '100')).split('\n').filter((line) => line !== '');
      if (keys.length === 0) break;
      await from.ask('migrate', '127.0.0.1', String(to.port), '', '0', '5000', ...login, 'keys', ...keys);
    }
    const target = await this.idOf(to);
    for (const node of [to, from]) await node.ask('cluster', 'setslot', slot, 'node', target);
  }

  /** From now on keys of this slot are on their way. */
  async beginMove(key: string, from: RedisNode, to: RedisNode): Promise<void> {
    const slot = await to.ask('cluster', 'keyslot', key);
    await to.ask('cluster', 'setslot', slot, 'importing', await this.idOf(from));
    await from.ask('cluster', 'setslot', slot, 'migrating', await this.idOf(to));
  }

  /** Resolves when every one of these says that all is well. */
  async settled(nodes: readonly RedisNode[] = this.nodes): Promise<void> {
    for (const node of nodes) {
      await this.#eventually(async () => (await node.ask('cluster', 'info')).includes('cluster_state:ok') || undefined);
    }
  }

  async #eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
    for (const end = performance.now() + READY_WITHIN_MS; ;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (performance.now() > end) throw new Error('the cluster is not ready');
      await delay(50);
    }
  }

  #any(node: RedisNode | undefined): RedisNode {
    const [first] = this.nodes;
    if (node !== undefined) return node;
    if (first === undefined) throw new Error('the cluster has no nodes');
    return first;
  }

  async #owners(seenBy: RedisNode | undefined): Promise<{ node: RedisNode; ranges: string[] }[]> {
    const table = (await this.#any(seenBy).ask('cluster', 'nodes')).split('\n').map((line) => line.split(' '));
    return table.flatMap(([, address = '', flags = '', , , , , , ...ranges]) => {
      const node = this.nodes.find(({ port }) => address.includes(`:${port}@`));
      const owns = flags.includes('master') && !flags.includes('fail') && ranges.length > 0;
      return owns && node !== undefined ? [{ node, ranges }] : [];
    });
  }

  /** Ends all nodes and removes what they kept. */
  async release(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    this.directory.remove();
  }
}

function portOf({ tlsCaFile }: RedisClusterOptions, port: number): string[] {
  if (tlsCaFile === undefined) return ['--port', String(port)];
  return ['--port', '0', '--tls-port', String(port), '--tls-cluster', 'yes', '--tls-replication', 'yes'];
}

function entryOf({ login, tlsCaFile }: RedisClusterOptions): string[] {
  return [
    ...(login === undefined ? [] : ['--no-auth-warning', '--user', login.username, '--pass', login.password]),
    ...(tlsCaFile === undefined ? [] : ['--tls', '--cacert', tlsCaFile]),
  ];
}

function covers(ranges: readonly string[], slot: number): boolean {
  return ranges.some((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return first !== undefined && last !== undefined && slot >= first && slot <= last;
  });
}
