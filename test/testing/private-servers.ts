import { chmodSync } from 'node:fs';
import { BackendProcess, freePorts, privateDirectory, runBackendScript } from './backend-process';

/** A PostgreSQL or Redis of a test's own, always on the same port. */
export interface PrivateServer {
  url: string;
  port: number;
  /** The server now; another one after `start`. For PostgreSQL the postmaster: SIGINT is a fast shutdown, SIGQUIT an immediate one. */
  readonly process: BackendProcess;
  /** Starts it again after it ended. PostgreSQL keeps its data, Redis comes back empty. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  release(): Promise<void>;
}

/** Starts PostgreSQL with database chatapp, as scripts/backends/initialise.sql makes it; the URL is the superuser's. */
export function startPrivatePostgres(): Promise<PrivateServer> {
  return startServer('postgres', ['--delete']);
}

/** Starts Redis without persistence. */
export function startPrivateRedis(): Promise<PrivateServer> {
  return startServer('redis', []);
}

async function startServer(name: 'postgres' | 'redis', stopOptions: readonly string[]): Promise<PrivateServer> {
  const port = await freePorts(1);
  const directory = privateDirectory(name);
  // PostgreSQL, where root runs it as user postgres, must get to its data.
  chmodSync(directory.path, 0o755);
  let server: BackendProcess | undefined;
  let url = '';
  const start = async (): Promise<void> => {
    const printed = await runBackendScript(`start-${name}`, [directory.path, String(port)]);
    server = new BackendProcess(Number(printed.get('pid')));
    url = printed.get('url') ?? '';
  };
  const release = async (): Promise<void> => {
    await runBackendScript(`start-${name}`, ['stop', directory.path, ...stopOptions]);
    directory.remove();
  };
  try {
    await start();
  } catch (error) {
    await release();
    throw error;
  }
  return {
    url,
    port,
    get process() {
      if (server === undefined) throw new Error(`${name} did not start`);
      return server;
    },
    start,
    release,
  };
}
