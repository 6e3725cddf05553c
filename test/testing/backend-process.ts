import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPTS = resolve(__dirname, '..', '..', 'scripts', 'backends');
const KILLED_WITHIN_MS = 60_000;

/** Runs a script of scripts/backends and reads the name=value lines it prints. @throws with what it said on stderr */
export async function runBackendScript(
  script: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Map<string, string>> {
  const { stdout } = await run(join(SCRIPTS, script), args, { env: { ...process.env, ...environment } });
  const lines = stdout.split('\n').filter((line) => line.includes('='));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** A directory of a test's own, and how to remove it. Any user may pass through it (PostgreSQL does not run as root). */
export function privateDirectory(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `chat-app-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A port after which `count` ports are free now, below the range that systems hand out by themselves. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const first = 20_000 + 100 * Math.floor(Math.random() * 100);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}

/** A process that is not our child: the backend's scripts started it and ended. */
export class BackendProcess {
  constructor(readonly pid: number) {}

  get running(): boolean {
    try {
      process.kill(this.pid, 0);
    } catch {
      return false;
    }
    try {
      // A process that ended and was not reaped still takes signals. There is no /proc on macOS.
      return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${this.pid}/stat`, 'utf8'));
    } catch {
      return true;
    }
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Stops it in its tracks, connections open; `resume` lets it go on. */
  pause(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  /** Sends the signal and waits until the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    this.signal(signal);
    await this.gone();
  }

  /** Waits until the process is gone. The end of a process that is not a child is no event, so it is asked for. */
  async gone(): Promise<void> {
    const end = Date.now() + KILLED_WITHIN_MS;
    while (this.running) {
      if (Date.now() > end) throw new Error(`process ${this.pid} does not end`);
      await delay(20);
    }
  }
}
