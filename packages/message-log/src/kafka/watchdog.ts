/** Whether a process should live on. */
export interface LogHealth {
  alive: boolean;
  reason?: string;
}

/**
 * Says when a consumer has gone silent: kafkajs can hang after dropped packets (tulios/kafkajs#1163) with its process
 * looking fine. Signs of life are fetches, heartbeats, joins, batches, and restarts after a crash, so that an outage of
 * Kafka, which all pods see, kills none of them.
 */
export class Watchdog {
  #lastTouch = performance.now();
  #fatal: string | undefined;

  constructor(
    readonly group: string,
    private readonly silenceMs: number,
  ) {}

  touch(): void {
    this.#lastTouch = performance.now();
  }

  /** The consumer will not come back in this process. */
  fatal(reason: string): void {
    this.#fatal ??= reason;
  }

  health(): LogHealth {
    if (this.#fatal !== undefined) return { alive: false, reason: `consumer ${this.group}: ${this.#fatal}` };
    const silence = performance.now() - this.#lastTouch;
    if (silence <= this.silenceMs) return { alive: true };
    return { alive: false, reason: `consumer ${this.group} has been silent for ${Math.round(silence / 1000)} s` };
  }
}
