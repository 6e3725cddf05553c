import { asError } from '@chat-app/platform';
import type { Context } from '../context';
import { sweepCursors, type CursorKey } from '../inbox/sql/sweep-cursors';

/** Rows looked at in one step; with one step a second a million rows take a quarter of an hour. */
const ROWS = 1_000;
const STEP_MS = 1_000;
/** A pause after the last row, milliseconds. */
const ROUND_MS = 3_600_000;

/**
 * Lets go of the positions of devices that do not come any more, in the background and at a bounded rate: so many rows
 * are looked at in a step, in the order of their key, round after round. All pods sweep, and leave each other's rows alone.
 *
 * States: idle → waiting ⇄ sweeping → closed. `close` is memoised and waits for a step under way.
 */
export class DeviceSweeper {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  #after: CursorKey | undefined;

  constructor(
    private readonly context: Pick<Context, 'database' | 'settings' | 'metrics' | 'logger'>,
    private readonly rows = ROWS,
  ) {}

  start(): void {
    this.#wait(STEP_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** One step. True where a round is done. @throws PlatformError */
  async step(): Promise<boolean> {
    const { database, settings, metrics, logger } = this.context;
    const { deleted, next } = await sweepCursors(database, this.#after, this.rows, settings.keptDays);
    this.#after = next;
    metrics.removed.inc({ table: 'cursors' }, deleted);
    if (deleted > 0) logger.debug('positions of devices that do not come any more were deleted', { deleted });
    return next === undefined;
  }

  #wait(ms: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#sweepQuietly().then((done) => this.#wait(done ? ROUND_MS : STEP_MS));
      },
      ms * (0.8 + Math.random() * 0.4),
    );
    this.#timer.unref();
  }

  async #sweepQuietly(): Promise<boolean> {
    try {
      return await this.step();
    } catch (thrown) {
      this.context.logger.debug('positions were not swept; the next round tries again', { error: asError(thrown) });
      return true;
    }
  }
}
