import { refusal } from '../refusal';

interface Waiting {
  admit(): void;
  refuse(error: Error): void;
}

/**
 * Lets a bounded number of works run at once and a bounded number wait: the parties take turns, each in its own order, so
 * that one with many works keeps nobody else waiting for more than one of them. Password hashing takes a core and 19 MiB
 * each: without it a burst of logins would take all of both.
 *
 * States of a work: waiting → running → done; or refused when the queue is full: at once, or later, to make room for a party
 * that has fewer waiting; or dropped, while waiting, when its signal is aborted.
 */
export class BoundedQueue {
  #running = 0;
  /** By party, whose turn is next first; none is empty. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #length = 0;

  constructor(
    private readonly atOnce: number,
    private readonly mayWait: number,
    private readonly onQueue: (length: number) => void = () => undefined,
  ) {}

  /**
   * @param party whose work it is
   * @throws HttpError overloaded, where too many wait; the signal's reason, where it was aborted before its turn came
   */
  async run<Result>(party: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await this.#enter(party, signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(party: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#running < this.atOnce) {
      this.#running += 1;
      return;
    }
    if (this.#length >= this.mayWait) this.#makeRoom(party);
    const { promise, resolve, reject } = withResolvers();
    const entry: Waiting = { admit: resolve, refuse: reject };
    const abort = () => {
      // Not in the queue any more: its turn came first, and it runs.
      if (!this.#remove(party, entry)) return;
      entry.refuse(signal?.reason instanceof Error ? signal.reason : new Error('the client went away'));
    };
    this.#add(party, entry);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Refuses the newest work of the party with the most of them. @throws HttpError overloaded, where that would be this party */
  #makeRoom(party: string): void {
    const [longest, works] = [...this.#waiting].reduce((one, other) => (other[1].size > one[1].size ? other : one), [
      party,
      new Set<Waiting>(),
    ] as [string, Set<Waiting>]);
    const newest = [...works].at(-1);
    if (newest === undefined || works.size < (this.#waiting.get(party)?.size ?? 0) + 2) throw overloaded();
    this.#remove(longest, newest);
    newest.refuse(overloaded());
  }

  /** The place of one who is done goes to the next who waits, so `#running` changes only when nobody does. */
  #leave(): void {
    const [turn] = this.#waiting;
    const [next] = turn?.[1] ?? [];
    if (turn === undefined || next === undefined) {
      this.#running -= 1;
      return;
    }
    const [party, works] = turn;
    this.#remove(party, next);
    // To the end: the other parties are next.
    if (this.#waiting.delete(party)) this.#waiting.set(party, works);
    next.admit();
  }

  #add(party: string, entry: Waiting): void {
    const works = this.#waiting.get(party) ?? new Set();
    this.#waiting.set(party, works.add(entry));
    this.#length += 1;
    this.onQueue(this.#length);
  }

  #remove(party: string, entry: Waiting): boolean {
    const works = this.#waiting.get(party);
    if (works === undefined || !works.delete(entry)) return false;
    if (works.size === 0) this.#waiting.delete(party);
    this.#length -= 1;
    this.onQueue(this.#length);
    return true;
  }
}

function overloaded(): Error {
  return refusal('overloaded', 'too many passwords are being checked; try again shortly', 1_000);
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
