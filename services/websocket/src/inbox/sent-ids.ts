/** Ids of messages that were sent and are not known to be stored: at least so many of the newest are kept. */
export const MAX_PENDING = 2_048;
/** The same of messages that were sent and stored. */
export const MAX_SETTLED = 1_024;

/**
 * The ids of messages that one connection was sent, so that none is sent twice. The oldest go when a bound is reached;
 * the price is a repetition, never a loss.
 *
 * Two kinds: *pending* ids stand beyond the connection's position and wait for their number; *settled* ids have theirs
 * and are kept for one to two rotations, because a live copy may arrive after the notice. Each kind is two generations,
 * and a full one takes the place of the older (to drop single ids from the front of a Set, V8 walks over all that were
 * dropped before). Sets exist only while they hold something: an idle connection keeps none.
 */
export class SentIds {
  #pending: Set<string> | undefined;
  #pendingBefore: Set<string> | undefined;
  #settled: Set<string> | undefined;
  #settledBefore: Set<string> | undefined;

  has(id: string): boolean {
    return (
      this.#pending?.has(id) === true ||
      this.#settled?.has(id) === true ||
      this.#settledBefore?.has(id) === true ||
      this.#pendingBefore?.has(id) === true
    );
  }

  /** Whether anything is kept: without, a rotation has nothing to do. */
  get empty(): boolean {
    return (
      this.#pending === undefined &&
      this.#pendingBefore === undefined &&
      this.#settled === undefined &&
      this.#settledBefore === undefined
    );
  }

  /** A message that was not sent before was sent, its number is not known yet. */
  add(id: string): void {
    if (this.#pending !== undefined && this.#pending.size >= MAX_PENDING) {
      this.#pendingBefore = this.#pending;
      this.#pending = undefined;
    }
    (this.#pending ??= new Set()).add(id);
  }

  /** The message was sent and has its number. */
  settle(id: string): void {
    if (this.#pending?.delete(id) === true) {
      if (this.#pending.size === 0) this.#pending = undefined;
    } else if (this.#pendingBefore?.delete(id) === true && this.#pendingBefore.size === 0) {
      this.#pendingBefore = undefined;
    }
    if (this.#settled !== undefined && this.#settled.size >= MAX_SETTLED) this.rotate();
    (this.#settled ??= new Set()).add(id);
  }

  /** Forgets the settled ids of the generation before; call it about twice a minute. */
  rotate(): void {
    this.#settledBefore = this.#settled;
    this.#settled = undefined;
  }
}
