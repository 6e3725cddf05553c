import { refusal } from '../refusal';

interface Waiting {
  admit(): void;
  refuse(error: Error): void;
}

/**
 * Lets a bounded number of works run at once and a bounded number wait, first come first served. Password hashing takes a
 * core and 19 MiB each: without it a burst of logins would take all of both.
 *
 * States of a work: waiting → running → done; or refused, at once, when the queue is full; or dropped, while waiting,
 * when its signal is aborted.
 */
export class BoundedQueue {
  #running = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(
    private readonly atOnce: number,
    private readonly mayWait: number,
    private readonly onQueue: (length: number) => void = () => undefined,
  ) {}

  /** @throws HttpError overloaded, where too many wait; the signal's reason, where it was aborted before its turn came */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#running < this.atOnce) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.size >= this.mayWait) {
      throw refusal('overloaded', 'too many passwords are being checked; try again shortly', 1_000);
    }
    const { promise, resolve, reject } = withResolvers();
    const entry: Waiting = { admit: resolve, refuse: reject };
    const abort = () => {
      // Not in the queue any more: its turn came first, and it runs.
      if (!this.#waiting.delete(entry)) return;
      this.onQueue(this.#waiting.size);
      entry.refuse(signal?.reason instanceof Error ? signal.reason : new Error('the client went away'));
    };
    this.#waiting.add(entry);
    this.onQueue(this.#waiting.size);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** The place of one who is done goes to the next who waits, so `#running` changes only when nobody does. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    this.onQueue(this.#waiting.size);
    next.admit();
  }
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((admit, refuse) => {
    resolve = admit;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
