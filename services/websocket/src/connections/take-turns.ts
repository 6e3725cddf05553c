/** Steps of connecting and catching up in one turn of the event loop; one takes a fraction of a millisecond. */
const STEPS = 8;

/**
 * Shares the event loop between those who connect or catch up and everybody else: of the former so many steps go on in a
 * turn, the others in the turns after it, in the order in which they came. So what is said and delivered live meanwhile waits
 * for a few steps and not for thousands, also where answers for hundreds come at once. A step alone waits for nobody.
 *
 * State: steps left in this turn, and who waits for one of the next. A turn is counted from setImmediate to setImmediate, so
 * between two looks for I/O there are at most twice as many steps: those of one turn before it, those of the next in it.
 */
export class EventLoopTurns {
  #waiting: (() => void)[] = [];
  #left: number;
  #counting = false;

  constructor(private readonly steps = STEPS) {
    this.#left = steps;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when the caller's next step may go on. */
  async next(): Promise<void> {
    this.#count();
    if (this.#left > 0) this.#left -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #count(): void {
    if (this.#counting) return;
    this.#counting = true;
    setImmediate(() => {
      this.#counting = false;
      const going = this.#waiting.splice(0, this.steps);
      this.#left = this.steps - going.length;
      if (going.length > 0) this.#count();
      for (const go of going) go();
    });
  }
}
