/**
 * One service as a child process, for development and tests.
 *
 * States: starting → ready → exited. The owner calls `stop`; a process that ends by itself while it is starting is an
 * error that shows the end of its log.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServiceProcessOptions {
  /** Name in messages and of the log file. */
  name: string;
  /** Compiled entry point. */
  script: string;
  environment: Record<string, string>;
  managementPort: number;
  logDirectory: string;
}

export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;

  constructor(readonly options: ServiceProcessOptions) {
    mkdirSync(options.logDirectory, { recursive: true });
    const log = createWriteStream(this.logFile, { flags: 'a' });
    this.#child = spawn(process.execPath, ['--enable-source-maps', options.script], {
      env: { PATH: process.env['PATH'] ?? '', ...options.environment, MANAGEMENT_PORT: String(options.managementPort) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
    this.#exit = once(this.#child, 'exit');
    // Its last words may come after its exit.
    this.#child.once('close', () => log.end());
  }

  get logFile(): string {
    return join(this.options.logDirectory, `${this.options.name}.log`);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How it ended; null while it runs, and where a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Resolves when `/readyz` answers 200. @throws when the process ends first or the time is over */
  async ready(timeoutMs = 90_000): Promise<void> {
    const url = `http://127.0.0.1:${this.options.managementPort}/readyz`;
    const end = Date.now() + timeoutMs;
    while (Date.now() < end) {
      if (!this.running) throw new Error(`${this.options.name} ended while starting:\n${this.logTail()}`);
      // The port answers only once the process listens: there is no event to wait for from outside.
      const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
      if (answer?.ok === true) return;
      await delay(50);
    }
    throw new Error(`${this.options.name} was not ready in ${timeoutMs} ms:\n${this.logTail()}`);
  }

  /** Last lines of the process's log. */
  logTail(lines = 20): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the process to end, kills it after the time allowed, and resolves when it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 30_000): Promise<void> {
    if (!this.running) return;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    this.#child.kill(signal);
    await this.#exit;
    clearTimeout(timer);
  }
}
