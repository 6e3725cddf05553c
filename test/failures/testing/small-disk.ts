/** A disk of its own for a test: a tmpfs, which needs Linux and root, or sudo without a password. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { privateDirectory } from '../../testing/backend-process';

export interface SmallDisk {
  /** An empty folder on it that only the user of PostgreSQL may read. */
  path: string;
  /** Leaves no byte free. */
  fill(): void;
  /** Frees what was filled. */
  relieve(): void;
  /** Unmounts and removes it. */
  release(): void;
}

const ROOT = process.getuid?.() === 0;

export function canMount(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    if (!ROOT) execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function mountSmallDisk(megabytes: number): SmallDisk {
  const directory = privateDirectory('disk');
  const mount = join(directory.path, 'mount');
  const filler = join(mount, 'filler');
  const path = join(mount, 'data');
  mkdirSync(mount);
  execFileSync('chmod', ['755', directory.path]);
  asRoot('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'chat-app-small-disk', mount);
  mkdirSync(path, { mode: 0o700 });
  // As root, PostgreSQL runs as user postgres; otherwise as whoever runs this.
  if (ROOT) execFileSync('chown', ['postgres', path]);
  return {
    path,
    fill() {
      const file = openSync(filler, 'w');
      try {
        for (let size = 1_048_576; size >= 1; size = Math.floor(size / 2)) fillBy(file, Buffer.alloc(size));
      } finally {
        closeSync(file);
      }
    },
    relieve: () => rmSync(filler, { force: true }),
    release() {
      asRoot('umount', mount);
      directory.remove();
    },
  };
}

function fillBy(file: number, block: Buffer): void {
  try {
    while (writeSync(file, block) === block.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function asRoot(command: string, ...args: string[]): void {
  const [program = '', ...rest] = ROOT ? [command, ...args] : ['sudo', '-n', command, ...args];
  execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
}
