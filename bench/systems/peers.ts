import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { startEjabberd } from './ejabberd';
import { connectCentrifugo, connectRelay, connectSocketIo, ROOM } from './peer-clients';
import { startProcess, type PeerOptions, type PeerProcess } from './peer-process';
import type { Client, System } from './system';

const CENTRIFUGO = 'github.com/centrifugal/centrifugo/v6@v6.9.1';

/** What a peer's node needs to know. */
interface Node extends PeerOptions {
  port: number;
  redisUrl: string;
  log: string;
}

interface Peer {
  scheme: 'ws' | 'http';
  /** Fetches and builds what is missing. @throws with what is missing and cannot be had */
  prepare(options: PeerOptions): void;
  node(node: Node): Promise<PeerProcess>;
  connect(url: string, user: string): Promise<Client>;
}

const PEERS: Record<'relay' | 'socketio' | 'centrifugo', Peer> = {
  relay: {
    scheme: 'ws',
    prepare: () => undefined,
    node: ({ root, port, redisUrl, log }) => {
      const hook = join(root, 'test', 'testing', 'run-typescript.cjs');
      const script = join(root, 'bench', 'peers', 'relay.ts');
      const env = { REDIS_URL: redisUrl };
      return startProcess(process.execPath, ['--require', hook, script, String(port)], { port, log, env });
    },
    connect: connectRelay,
  },
  socketio: {
    scheme: 'ws',
    prepare: ({ root }) => installPackages(join(root, 'bench', 'peers')),
    node: ({ root, port, redisUrl, log }) => {
      const script = join(root, 'bench', 'peers', 'socketio.mjs');
      return startProcess(process.execPath, [script, String(port)], { port, log, env: { REDIS_URL: redisUrl } });
    },
    connect: connectSocketIo,
  },
  centrifugo: {
    scheme: 'ws',
    prepare: buildCentrifugo,
    node: ({ root, port, redisUrl, log }) =>
      startProcess(centrifugoProgram(), ['-c', join(root, 'bench', 'peers', 'centrifugo.json')], {
        port,
        log,
        env: {
          CENTRIFUGO_HTTP_SERVER_PORT: String(port),
          CENTRIFUGO_HTTP_SERVER_INTERNAL_PORT: String(port + 5),
          CENTRIFUGO_ENGINE_REDIS_ADDRESS: redisUrl,
        },
      }),
    connect: connectCentrifugo,
  },
};

/** The bare relay is the floor that ratios are taken to; ejabberd is the durable one. */
export const PEER_NAMES = ['relay', 'socketio', 'centrifugo', 'ejabberd'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

/** Starts a peer: two nodes and a Redis of their own; one node of ejabberd. @throws where something that it needs is missing */
export async function startPeer(name: PeerName, options: PeerOptions): Promise<System> {
  if (name === 'ejabberd') return startEjabberd(options);
  const peer = PEERS[name];
  peer.prepare(options);
  const { basePort, directory } = options;
  mkdirSync(directory, { recursive: true });
  const log = join(directory, `${name}.log`);
  const processes: PeerProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const started of processes.splice(0).reverse()) await started.stop();
  };
  try {
    const redis = await startProcess('redis-server', ['--port', String(basePort), '--save', ''], {
      port: basePort,
      log,
    });
    processes.push(redis);
    const ports = [basePort + 1, basePort + 2];
    const redisUrl = `redis://127.0.0.1:${basePort}`;
    for (const port of ports) processes.push(await peer.node({ ...options, port, redisUrl, log }));
    const pids = processes.slice(1).map(({ pid }) => pid);
    return {
      name,
      urls: ports.map((port) => `${peer.scheme}://127.0.0.1:${port}`),
      own: () => [{ name: 'server', pids }],
      behind: () => [{ name: 'redis', pids: [redis.pid] }],
      connect: (url, user) => peer.connect(url, String(user)),
      // The relay knows one socket a channel.
      ...(name !== 'relay' && { makeRoom: async () => (url: string) => peer.connect(url, ROOM) }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function installPackages(folder: string): void {
  if (existsSync(join(folder, 'node_modules', 'socket.io'))) return;
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--no-workspaces'];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`its packages could not be installed: ${stderr.trim().split('\n').at(-1)}`);
}

function centrifugoProgram(): string {
  return join(homedir(), '.cache', 'chat-app', 'bench', 'centrifugo');
}

function buildCentrifugo(): void {
  const program = centrifugoProgram();
  if (existsSync(program)) return;
  if (spawnSync('go', ['version']).status !== 0) throw new Error('it is built with Go, which is not there');
  execFileSync('go', ['install', CENTRIFUGO], { env: { ...process.env, GOBIN: join(program, '..') }, stdio: 'pipe' });
}
