import { asError } from '../errors';

/** Something that must be undone before the process ends. */
interface Cleanup {
  name: string;
  undo: () => Promise<void> | void;
}

/**
 * The resources a process holds. Each is registered where it is acquired; `run` lets go of them last-in
 * first-out, finishes all whatever fails, and then throws the first error.
 *
 * States: open → running → done. `run` is memoised; `add` after it began throws.
 */
export class CleanupStack {
  readonly #stack: Cleanup[] = [];
  #ran: Promise<void> | undefined;

  /** Registers how to let go of a resource that was just acquired. `name` is for the log of a failed cleanup. */
  add(name: string, undo: () => Promise<void> | void): void {
    if (this.#ran !== undefined) throw new Error(`${name} was acquired while the process was stopping`);
    this.#stack.push({ name, undo });
  }

  /** Lets go of everything. @throws the first error, after all have been let go */
  run(onError: (name: string, error: Error) => void = () => undefined): Promise<void> {
    this.#ran ??= this.#run(onError);
    return this.#ran;
  }

  async #run(onError: (name: string, error: Error) => void): Promise<void> {
    let first: Error | undefined;
    for (let entry = this.#stack.pop(); entry !== undefined; entry = this.#stack.pop()) {
      try {
        await entry.undo();
      } catch (thrown) {
        const error = asError(thrown);
        onError(entry.name, error);
        first ??= error;
      }
    }
    if (first !== undefined) throw first;
  }
}
