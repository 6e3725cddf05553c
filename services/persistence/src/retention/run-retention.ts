import { BackgroundLoop } from '@chat-app/platform';
import type { Context } from '../context';
import { removeExpired } from './remove-expired';
import { readTime } from './sql/read-time';

/** How often a pod asks whether there is something to do for it. */
const IDLE_INTERVAL_MS = 30_000;
const BUSY_INTERVAL_MS = 1_000;

/**
 * Removes expired rows in the background. Every pod asks, one works on a task at a time, and all together at a bounded rate.
 *
 * States: made → running → closed. Its owner starts and closes it.
 */
export class Retention {
  readonly #loop: BackgroundLoop;
  readonly #closing = new AbortController();

  constructor(context: Context, idleIntervalMs: number = IDLE_INTERVAL_MS) {
    this.#loop = new BackgroundLoop({
      intervalMs: idleIntervalMs,
      run: async () => {
        const now = await readTime(context.database);
        const busy = (await removeExpired(context, now, this.#closing.signal)) !== undefined;
        return busy ? Math.min(idleIntervalMs, BUSY_INTERVAL_MS) : idleIntervalMs;
      },
      onFailure: (error) => {
        if (this.#closing.signal.aborted) return;
        context.logger.warn('expired rows were not removed; the next run tries again', { error });
      },
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Resolves when the batch under way is over. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#loop.close();
  }
}
