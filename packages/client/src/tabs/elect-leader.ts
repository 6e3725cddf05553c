import type { TabLocks } from './browser';

export interface ElectionOptions {
  readonly locks: TabLocks;
  /** Name of the lock that the leader holds. */
  readonly name: string;
  /** This tab leads from now on … */
  readonly onElected: () => void;
  /** … and does no more: another tab held it for dead and took over. */
  readonly onDeposed: () => void;
}

/**
 * One tab's candidacy for leading, by a Web Lock: whoever holds it leads, and the browser hands it on the moment its tab is
 * gone. States: `candidate` → `leader` → `candidate` (deposed); any → `over` by stop().
 */
export class Election {
  private queue = new AbortController();
  private release: (() => void) | undefined;
  private over = false;

  constructor(private readonly options: ElectionOptions) {
    this.stand({ signal: this.queue.signal });
  }

  get leads(): boolean {
    return this.release !== undefined;
  }

  /** Takes over from a leader that does not answer. */
  steal(): void {
    if (this.over || this.leads) return;
    this.queue.abort();
    this.queue = new AbortController();
    this.stand({ steal: true });
  }

  /** Ends the candidacy, and the leading. */
  stop(): void {
    this.over = true;
    this.queue.abort();
    this.release?.();
    this.release = undefined;
  }

  private stand(how: { signal: AbortSignal } | { steal: true }): void {
    const { locks, name } = this.options;
    let mine: (() => void) | undefined;
    const led = locks.request(name, how, () => {
      if (this.over) return undefined;
      return new Promise<void>((release) => {
        this.release = mine = release;
        this.options.onElected();
      });
    });
    // It ends by release(), by being taken away, or, in the queue, by the signal.
    led.catch(() => {
      if (mine === undefined || this.release !== mine) return;
      this.release = undefined;
      this.options.onDeposed();
      if (!this.over) this.stand({ signal: this.queue.signal });
    });
  }
}
