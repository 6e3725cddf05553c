import type { BatchHandler, Subscription } from '@chat-app/message-log';

/** One subscription. */
export class Member implements Subscription {
  readonly ready = Promise.resolve();
  readonly #closing = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #closed: Promise<void> | undefined;

  constructor(
    private readonly leave: (member: Member) => void,
    readonly maxBatchRecords: number,
    readonly handler: BatchHandler,
  ) {}

  /** Aborted when the member begins to close. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Runs the work of a batch; `close` waits for it. */
  async inFlight(work: () => Promise<void>): Promise<void> {
    const running = work();
    this.#inFlight.add(running);
    await running;
    this.#inFlight.delete(running);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Leaves first, so that no further batch begins.
    this.leave(this);
    this.#closing.abort();
    await Promise.all(this.#inFlight);
  }
}
