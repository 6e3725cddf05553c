import type { Logger } from '@chat-app/platform';

/**
 * Says once that something is unavailable and once that it is back, however many calls fail in between.
 *
 * States: answering → unavailable → answering.
 */
export class Availability {
  #unavailableSince: number | undefined;

  constructor(
    readonly what: string,
    readonly logger: Logger,
  ) {}

  failed(error: unknown): void {
    if (this.#unavailableSince !== undefined) return;
    this.#unavailableSince = performance.now();
    this.logger.warn(`${this.what} is unavailable`, { error });
  }

  succeeded(): void {
    if (this.#unavailableSince === undefined) return;
    this.logger.info(`${this.what} answers again`, {
      outage_ms: Math.round(performance.now() - this.#unavailableSince),
    });
    this.#unavailableSince = undefined;
  }
}
