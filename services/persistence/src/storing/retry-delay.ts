import type { RecordBatch } from '@chat-app/message-log';
import { backoffMs, delay } from '@chat-app/timing';

const BACKOFF = { firstMs: 100, maxMs: 5_000 };
const HEARTBEAT_MS = 2_000;

/**
 * Waits inside a batch handler while something is unavailable: 100 ms, doubling to 5 s, half of it random so that pods do not
 * return in step. The group gets heartbeats meanwhile, so that the partition stays.
 *
 * State: how often it waited since it last succeeded. One owner, one batch.
 */
export class RetryDelay {
  #waits = 0;

  constructor(readonly batch: Pick<RecordBatch, 'signal' | 'heartbeat'>) {}

  /** How often it waited in a row. */
  get waits(): number {
    return this.#waits;
  }

  /** What was unavailable is back. */
  succeeded(): void {
    this.#waits = 0;
  }

  /** Waits the next while. @throws the signal's reason when the handler should give up; what a heartbeat throws */
  async wait(): Promise<void> {
    this.#waits += 1;
    await pause(this.batch, backoffMs(this.#waits, BACKOFF));
  }
}

/** Waits a while with heartbeats. @throws the signal's reason when the handler should give up; what a heartbeat throws */
export async function pause(batch: Pick<RecordBatch, 'signal' | 'heartbeat'>, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  for (;;) {
    batch.signal.throwIfAborted();
    await batch.heartbeat();
    const left = end - performance.now();
    if (left <= 0) return;
    // An abort ends the sleep early; the check above then throws the signal's own reason.
    await delay(Math.min(left, HEARTBEAT_MS), batch.signal);
  }
}
