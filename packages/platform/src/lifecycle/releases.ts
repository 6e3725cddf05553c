import { asError } from '../errors';

/** Something that must be undone before the process ends. */
interface Release {
  name: string;
  release: () => Promise<void> | void;
}

/**
 * The resources a process holds. Each is registered where it is acquired; `releaseAll` lets go of them last-in
 * first-out, finishes all whatever fails, and then throws the first error.
 *
 * States: open → releasing → released. `releaseAll` is memoised; `add` after it began throws.
 */
export class Releases {
  readonly #stack: Release[] = [];
  #released: Promise<void> | undefined;

  /** Registers how to let go of a resource that was just acquired. `name` is for the log of a failed release. */
  add(name: string, release: () => Promise<void> | void): void {
    if (this.#released !== undefined) throw new Error(`${name} was acquired while the process was stopping`);
    this.#stack.push({ name, release });
  }

  /** Lets go of everything. @throws the first error, after all have been let go */
  releaseAll(onError: (name: string, error: Error) => void = () => undefined): Promise<void> {
    this.#released ??= this.#run(onError);
    return this.#released;
  }

  async #run(onError: (name: string, error: Error) => void): Promise<void> {
    let first: Error | undefined;
    for (let entry = this.#stack.pop(); entry !== undefined; entry = this.#stack.pop()) {
      try {
        await entry.release();
      } catch (thrown) {
        const error = asError(thrown);
        onError(entry.name, error);
        first ??= error;
      }
    }
    if (first !== undefined) throw first;
  }
}
