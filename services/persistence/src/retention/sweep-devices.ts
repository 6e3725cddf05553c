import { BackgroundLoop } from '@chat-app/platform';
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
 */
export class DeviceSweeper {
  readonly #loop: BackgroundLoop;
  #after: CursorKey | undefined;

  constructor(
    private readonly context: Pick<Context, 'database' | 'settings' | 'metrics' | 'logger'>,
    private readonly rows = ROWS,
  ) {
    this.#loop = new BackgroundLoop({
      firstMs: STEP_MS,
      intervalMs: ROUND_MS,
      run: async () => ((await this.step()) ? ROUND_MS : STEP_MS),
      onFailure: (error) => context.logger.debug('positions were not swept; the next round tries again', { error }),
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Resolves when the step under way is over. */
  close(): Promise<void> {
    return this.#loop.close();
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
}
