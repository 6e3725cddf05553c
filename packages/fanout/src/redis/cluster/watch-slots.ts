import { delay } from '@chat-app/timing';

/** How often nodes are asked: by themselves they tell nobody that a slot moved but those whom it leaves. */
const SETTLED_MS = 10_000;
const UNSETTLED_MS = 1_000;
/** Between two looks, whoever asks for them: a resharding moves slots one by one. */
const LEAST_MS = 1_000;

export interface SlotWatchOptions {
  /** One look. Never rejects. */
  look: () => Promise<void>;
  /** Whether all is as it should be: nodes are asked more seldom then. */
  isSettled: () => boolean;
}

/**
 * Looks again and again at which node owns which slots.
 *
 * States: waiting → looking → waiting → … → closed. One look at a time, a second apart at the least; who asks for one while one
 * is planned shares it.
 */
export class SlotWatch {
  readonly #options: SlotWatchOptions;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #planned: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #lookedAt = -Infinity;

  constructor(options: SlotWatchOptions) {
    this.#options = options;
  }

  /** Looks soon. Resolves when what was seen is known. Never rejects. */
  look(): Promise<void> {
    this.#planned ??= this.#last = this.#last.then(() => this.#lookAfterPause());
    return this.#planned;
  }

  /** No further look; resolves when the present one is over. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#last;
  }

  async #lookAfterPause(): Promise<void> {
    clearTimeout(this.#timer);
    const pause = this.#lookedAt + LEAST_MS - performance.now();
    if (pause > 0) await delay(pause, this.#closing.signal);
    // Who asks from now on saw something that this look may have missed.
    this.#planned = undefined;
    if (this.#closing.signal.aborted) return;
    this.#lookedAt = performance.now();
    await this.#options.look();
    if (this.#closing.signal.aborted) return;
    const wait = this.#options.isSettled() ? SETTLED_MS : UNSETTLED_MS;
    // Pods do not ask in step.
    this.#timer = setTimeout(() => void this.look(), wait * (0.8 + 0.4 * Math.random()));
    this.#timer.unref();
  }
}
