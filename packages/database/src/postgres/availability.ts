import type { Logger } from '@chat-app/platform';

/**
 * Says once that something is unavailable and once that it is back, however many calls fail in between.
 *
 * States: answering → away → answering.
 */
export class Availability {
  #awaySince: number | undefined;

  constructor(
    readonly what: string,
    readonly logger: Logger,
  ) {}

  failed(error: unknown): void {
    if (this.#awaySince !== undefined) return;
    this.#awaySince = performance.now();
    this.logger.warn(`${this.what} is unavailable`, { error });
  }

  succeeded(): void {
    if (this.#awaySince === undefined) return;
    this.logger.info(`${this.what} answers again`, { away_ms: Math.round(performance.now() - this.#awaySince) });
    this.#awaySince = undefined;
  }
}
