/** Most ids kept of messages that were sent and are not known to be stored. */
export const MOST_PENDING = 2_048;
/** Most ids kept of messages that were sent and stored, per generation. */
const MOST_SETTLED = 1_024;

/**
 * The ids of messages that one connection was sent, so that none is sent twice. Least recently sent ids go first when a
 * bound is reached; the price is a repetition, never a loss.
 *
 * Two kinds: *pending* ids stand beyond the connection's position and wait for their number; *settled* ids have theirs
 * and are kept for one to two rotations, because a live copy may arrive after the notice. Sets exist only while they
 * hold something: an idle connection keeps none.
 */
export class SentIds {
  #pending: Set<string> | undefined;
  #settled: Set<string> | undefined;
  #settledBefore: Set<string> | undefined;

  has(id: string): boolean {
    return this.#pending?.has(id) === true || this.#settled?.has(id) === true || this.#settledBefore?.has(id) === true;
  }

  /** Whether anything is kept: without, a rotation has nothing to do. */
  get empty(): boolean {
    return this.#pending === undefined && this.#settled === undefined && this.#settledBefore === undefined;
  }

  /** The message was sent, its number is not known yet. */
  add(id: string): void {
    if (this.has(id)) return;
    this.#pending ??= new Set();
    addBounded(this.#pending, id, MOST_PENDING);
  }

  /** The message was sent and has its number. */
  settle(id: string): void {
    if (this.#pending?.delete(id) === true && this.#pending.size === 0) this.#pending = undefined;
    this.#settled ??= new Set();
    addBounded(this.#settled, id, MOST_SETTLED);
  }

  /** Forgets the settled ids of the generation before; call it about twice a minute. */
  rotate(): void {
    this.#settledBefore = this.#settled;
    this.#settled = undefined;
  }
}

function addBounded(set: Set<string>, id: string, bound: number): void {
  if (set.size >= bound) {
    for (const oldest of set) {
      set.delete(oldest);
      break;
    }
  }
  set.add(id);
}
