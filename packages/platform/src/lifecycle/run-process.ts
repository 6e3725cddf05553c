import { asError, isPlatformError } from '../errors';
import { rawValue, type Environment } from '../configuration/variable';
import { createLogger } from '../log/logger-pino';
import type { Logger, LogLevel } from '../log/logger';
import { startTracing, type Tracing } from '../tracing/start-tracing';
import { CleanupStack } from './cleanup-stack';

/** What `start` is given. */
export interface ProcessContext {
  environment: Environment;
  /** Register here how to let go of each resource, where it is acquired. */
  cleanup: CleanupStack;
  logger: Logger;
  /** Aborted when the process begins to stop. */
  stopping: AbortSignal;
  /** Begins an orderly stop, as a signal does. A later call may only raise the exit code. */
  stop: (this: void, reason: string, exitCode?: number) => void;
}

/** What `start` resolves to once the service does its work. */
export interface RunningService {
  /** Stops taking work, finishes what is in flight. Called once, before the cleanup. */
  drain?(): Promise<void>;
}

const EXIT_FAILED = 1;
const EXIT_CONFIGURATION = 2;
const DEFAULT_SHUTDOWN_TIMEOUT_MS = 50_000;
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'fatal'];

/**
 * Runs a service as this process, and is the one place that owns signals and the exit code.
 *
 * States: starting → running → stopping → exited. SIGTERM or SIGINT (or `stop`) begins stopping: `drain`, then all cleanup
 * last-in first-out, then tracing, then exit. A second signal exits 1 at once; so does a stop that takes longer than
 * SHUTDOWN_TIMEOUT_MS. A stop while starting does not wait for `start`.
 *
 * Exit codes: 0 stopped as asked; 1 failed (start, drain, a release, an uncaught error, the deadline, a second signal);
 * 2 the configuration cannot be used (every fault is on standard error).
 */
export function runProcess(service: string, start: (process: ProcessContext) => Promise<RunningService>): void {
  new ServiceProcess(service, start).run();
}

class ServiceProcess {
  readonly #environment: Environment = process.env;
  readonly #cleanup = new CleanupStack();
  readonly #stopping = new AbortController();
  readonly #logger: Logger;
  readonly #tracing: Tracing;
  #running: RunningService | undefined;
  #exitCode = 0;

  constructor(
    readonly service: string,
    readonly start: (process: ProcessContext) => Promise<RunningService>,
  ) {
    this.#logger = createLogger({ service, level: levelFrom(this.#environment) });
    this.#tracing = startTracing({ service, environment: this.#environment, logger: this.#logger });
  }

  run(): void {
    process.on('SIGTERM', () => this.#signal('SIGTERM'));
    process.on('SIGINT', () => this.#signal('SIGINT'));
    // After either nothing is known about the state of the process: what it had accepted is safe in the log.
    process.on('uncaughtException', (error) => this.#crash('uncaught exception', error));
    process.on('unhandledRejection', (reason) => this.#crash('unhandled rejection', reason));
    void this.#begin();
  }

  async #begin(): Promise<void> {
    const context: ProcessContext = {
      environment: this.#environment,
      cleanup: this.#cleanup,
      logger: this.#logger,
      stopping: this.#stopping.signal,
      stop: (reason, exitCode = 0) => this.#stop(reason, exitCode),
    };
    try {
      const running = await this.start(context);
      if (this.#stopping.signal.aborted) return;
      this.#running = running;
      this.#logger.info('started', { pid: process.pid, node: process.version });
    } catch (thrown) {
      this.#startFailed(thrown);
    }
  }

  #startFailed(thrown: unknown): void {
    if (this.#stopping.signal.aborted) {
      this.#logger.warn('start gave up: the process is stopping', { error: thrown });
      return;
    }
    if (isPlatformError(thrown, 'configuration_invalid')) {
      const faults = thrown.message.replaceAll('\n', '\n  ');
      process.stderr.write(`${this.service} cannot start; correct its configuration:\n  ${faults}\n`);
      this.#stop('the configuration cannot be used', EXIT_CONFIGURATION);
      return;
    }
    this.#logger.fatal('start failed', { error: thrown });
    this.#stop('start failed', EXIT_FAILED);
  }

  #signal(name: string): void {
    if (!this.#stopping.signal.aborted) {
      this.#stop(name, 0);
      return;
    }
    this.#logger.fatal('second signal: leaving at once', { signal: name });
    process.exit(EXIT_FAILED);
  }

  #crash(what: string, thrown: unknown): void {
    this.#logger.fatal(what, { error: asError(thrown) });
    process.exit(EXIT_FAILED);
  }

  #stop(reason: string, exitCode: number): void {
    this.#exitCode = Math.max(this.#exitCode, exitCode);
    if (this.#stopping.signal.aborted) return;
    this.#logger.info('stopping', { reason });
    this.#stopping.abort();
    const limit = shutdownTimeoutMs(this.#environment);
    setTimeout(() => {
      this.#logger.fatal('stopping took too long: leaving', { limit_ms: limit });
      process.exit(EXIT_FAILED);
    }, limit).unref();
    void this.#wind();
  }

  /** Drain, cleanup, tracing, exit. Never rejects. */
  async #wind(): Promise<void> {
    const began = performance.now();
    try {
      await this.#running?.drain?.();
    } catch (thrown) {
      this.#failed('drain failed', { error: thrown });
    }
    try {
      await this.#cleanup.run((name, error) => this.#failed('cleanup failed', { resource: name, error }));
    } catch {
      // Reported above, one by one.
    }
    // Last, so that the spans and lines of everything before are kept.
    await this.#tracing.close();
    this.#logger.info('stopped', { took_ms: Math.round(performance.now() - began), exit_code: this.#exitCode });
    process.exit(this.#exitCode);
  }

  #failed(message: string, fields: Record<string, unknown>): void {
    this.#logger.error(message, fields);
    this.#exitCode = Math.max(this.#exitCode, EXIT_FAILED);
  }
}

/** A faulty LOG_LEVEL is reported by parseConfiguration; until then lines are written at `info`. */
function levelFrom(environment: Environment): LogLevel {
  const level = rawValue('LOG_LEVEL', environment);
  return level !== undefined && LEVELS.includes(level) ? (level as LogLevel) : 'info';
}

function shutdownTimeoutMs(environment: Environment): number {
  const value = Number(rawValue('SHUTDOWN_TIMEOUT_MS', environment));
  return Number.isSafeInteger(value) && value > 0 ? value : DEFAULT_SHUTDOWN_TIMEOUT_MS;
}
