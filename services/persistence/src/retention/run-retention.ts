import { BackgroundLoop } from '@chat-app/platform';
import type { Context } from '../context';
import { removeExpired } from './remove-expired';

/** How often a pod asks whether there is something to do for it. */
const IDLE_INTERVAL_MS = 30_000;
const BUSY_INTERVAL_MS = 1_000;

/**
 * Removes expired rows in the background. Every pod asks, one works on a task at a time, and all together at a bounded rate.
 * Its owner starts and closes it.
 */
export function runRetention(context: Context, idleIntervalMs: number = IDLE_INTERVAL_MS): BackgroundLoop {
  return new BackgroundLoop({
    intervalMs: idleIntervalMs,
    async run() {
      const busy = (await removeExpired(context)) !== undefined;
      return busy ? Math.min(idleIntervalMs, BUSY_INTERVAL_MS) : idleIntervalMs;
    },
    onFailure: (error) => context.logger.warn('expired rows were not removed; the next run tries again', { error }),
  });
}
