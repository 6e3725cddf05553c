import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Backends {
  /** TEST_…, KAFKA_…, DATABASE_… and REDIS_… variables. */
  environment: Record<string, string>;
  /** Why there are none. */
  missing?: string;
  release(): Promise<void>;
}

/**
 * The backends that the environment names, else those that scripts/backends starts in this directory (and `release`
 * stops again).
 */
export async function acquireBackends(root: string, directory: string): Promise<Backends> {
  const given = Object.entries(process.env).filter(([name]) =>
    /^(TEST|KAFKA|DATABASE|REDIS)_|_DATABASE_URL$/.test(name),
  );
  if (process.env['TEST_KAFKA_BROKERS'] !== undefined) {
    return { environment: Object.fromEntries(given) as Record<string, string>, release: async () => undefined };
  }
  const environment = { ...process.env, BACKENDS_DIRECTORY: directory };
  const command = (name: string, ...options: string[]) =>
    spawnSync(join(root, 'scripts', 'backends', name), options, {
      env: environment,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
  const release = async (): Promise<void> => {
    command('stop', '--delete');
  };
  const started = command('start');
  if (started.status !== 0) {
    await release();
    return { environment: {}, missing: started.stderr?.toString().trim() || 'scripts/backends/start failed', release };
  }
  return { environment: readEnvironment(join(directory, 'backends.env')), release };
}

/** Reads a file of NAME=value lines. */
export function readEnvironment(file: string): Record<string, string> {
  if (!existsSync(file)) throw new Error(`${file} does not exist: run npm run backends first`);
  const lines = readFileSync(file, 'utf8').split('\n');
  const pairs = lines
    .map((line) => /^(?:export )?([A-Z_0-9]+)=['"]?(.*?)['"]?$/.exec(line))
    .filter((match) => match !== null);
  return Object.fromEntries(pairs.map(([, name, value]) => [name ?? '', value ?? '']));
}
