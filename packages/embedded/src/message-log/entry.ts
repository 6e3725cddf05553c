import type { LogRecord } from '@chat-app/message-log';

/**
 * A record in the embedded log and who waits for it.
 *
 * It is complete once every group in `waitingFor` has handled it and all that those handlers forwarded is complete.
 * States: waiting → complete | failed. A settled entry never changes.
 */
export class Entry {
  readonly done: Promise<void>;
  readonly #waitingFor: Set<object>;
  #settled = false;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  /** @param groups the groups that must handle it; none means it is complete at once */
  constructor(
    readonly record: LogRecord,
    groups: Iterable<object>,
  ) {
    this.#waitingFor = new Set(groups);
    this.done = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever appended it is told of a failure; nobody may be listening for a retained record.
    this.done.catch(() => undefined);
    this.#check();
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The group handled it. */
  handledBy(group: object): void {
    this.#waitingFor.delete(group);
    this.#check();
  }

  /** The group will not handle it, if it was waited for. */
  abandonedBy(group: object, error: Error): void {
    if (this.#settled || !this.#waitingFor.has(group)) return;
    this.#settled = true;
    this.#reject(error);
  }

  #check(): void {
    if (this.#settled || this.#waitingFor.size > 0) return;
    this.#settled = true;
    this.#resolve();
  }
}
