import { asError } from '../errors';

export interface BackgroundLoopOptions {
  /** One run. Answers the milliseconds to the next where they are not `intervalMs`. */
  run: () => Promise<number | void>;
  /** A run failed: the next comes after `intervalMs`. Must not throw. */
  onFailure: (error: Error) => void;
  /** Between the end of a run and the next, milliseconds. */
  intervalMs: number;
  /** Before the first run, milliseconds; `intervalMs` by default. */
  firstMs?: number;
}

/**
 * Work that a process does again and again beside its calls: one run at a time. Each wait is a fifth shorter or longer, at
 * random, so that pods that began together do not go on together. It keeps no process alive.
 *
 * States: made → waiting ⇄ running → closed. `close` is for the owner: it may be called again, waits for the run under way
 * and never rejects; a loop that is closed does not start.
 */
export class BackgroundLoop {
  readonly #options: BackgroundLoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #started = false;
  #closed = false;

  constructor(options: BackgroundLoopOptions) {
    this.#options = options;
  }

  /** A second call does nothing. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#wait(this.#options.firstMs ?? this.#options.intervalMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wait(ms: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#run();
      },
      ms * (0.8 + Math.random() * 0.4),
    );
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    const { run, onFailure, intervalMs } = this.#options;
    let nextMs: number | void = undefined;
    try {
      nextMs = await run();
    } catch (thrown) {
      onFailure(asError(thrown));
    }
    this.#wait(nextMs ?? intervalMs);
  }
}
