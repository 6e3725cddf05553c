/**
 * Finds out whether what is published is received: a half-open connection looks healthy from this end, to the library and to
 * the system alike.
 *
 * Each beat sends a number and looks for the one before. One miss may be this process's own fault (its event loop stood
 * still, and the answer waits in the socket), so two in a row count. Timers belong to whoever beats.
 */
export class Canary {
  #sent = 0;
  #received = 0;
  #misses = 0;

  /** @returns the number to send, and how many in a row were missed so far */
  beat(): { number: number; misses: number } {
    this.#misses = this.#received === this.#sent ? 0 : this.#misses + 1;
    this.#sent += 1;
    return { number: this.#sent, misses: this.#misses };
  }

  /** The number came back. Late ones count for nothing. @returns whether it was the one waited for */
  received(number: number): boolean {
    if (number !== this.#sent || number === this.#received) return false;
    this.#received = number;
    return true;
  }

  /** The connection is a new one: nothing is outstanding. */
  reset(): void {
    this.#received = this.#sent;
    this.#misses = 0;
  }
}
