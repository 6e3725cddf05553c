/** Lets at most so many run at once; the others wait in the order they came. */
export class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(private readonly permits: number) {
    this.#free = permits;
  }

  /** Nothing runs, and so nobody waits. */
  get idle(): boolean {
    return this.#free === this.permits;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Undefined, and nothing is done, where its turn does not come within that time. */
  async runWithin<Result>(waitMs: number, work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#turnWithin(waitMs))) return undefined;
    return this.#hold(work);
  }

  #turnWithin(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const turn = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        resolve(false);
      }, waitMs);
      this.#waiting.push(turn);
    });
  }

  async #hold<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
