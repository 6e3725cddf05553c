import { asError } from '@chat-app/platform';
import type { Context } from '../context';
import { removeExpired } from './remove-expired';

/** How often a pod asks whether there is something to do for it. */
const IDLE_INTERVAL_MS = 30_000;
const BUSY_INTERVAL_MS = 1_000;

/**
 * Removes expired rows in the background. Every pod asks, one works on a task at a time, and all together at a bounded rate.
 *
 * States: idle → waiting ⇄ removing → closed. `close` is memoised and waits for a batch in progress.
 */
export class Cleaner {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly context: Context,
    private readonly idleIntervalMs: number = IDLE_INTERVAL_MS,
  ) {}

  start(): void {
    this.#next(this.idleIntervalMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Jitter keeps the pods apart. */
  #next(ms: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#remove();
      },
      ms * (0.8 + Math.random() * 0.4),
    );
    this.#timer.unref();
  }

  async #remove(): Promise<void> {
    let wait = this.idleIntervalMs;
    try {
      if ((await removeExpired(this.context)) !== undefined) wait = Math.min(wait, BUSY_INTERVAL_MS);
    } catch (thrown) {
      this.context.logger.warn('expired rows were not removed; the next run tries again', { error: asError(thrown) });
    }
    this.#next(wait);
  }
}
