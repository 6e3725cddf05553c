import { classifyStoreFailure } from './classify-store-failure';
import type { Incoming } from './decode-batch';
import { storePart, type StoredPart, type StorePartDependencies } from './store-part';

/** Store calls under way at once: each takes a connection of the pool, which the API needs too. */
const MAX_CALLS = 3;

/** A part that waits for its call. */
interface Waiting {
  part: readonly Incoming[];
  resolve: (stored: StoredPart) => void;
  reject: (error: unknown) => void;
}

/**
 * Stores parts of several batches in one call where they come together, as the partitions of one fetch do: at a moderate rate
 * each of them has a message or two, and a call costs as much for one as for twenty. A call that fails for its data is made
 * again part by part, so that nobody pays for a message of another batch.
 *
 * Concurrency: parts that come in one turn of the event loop, or while as many calls as may be are under way, go together.
 */
export class CallGatherer {
  #waiting: Waiting[] = [];
  #underWay = 0;
  #due = false;

  constructor(
    private readonly dependencies: StorePartDependencies,
    /** Events that a call should hold at most; a part with more is a call of its own. */
    private readonly callSize: () => number,
  ) {}

  /** As `storePart`; the counts are of the whole call. @throws as `storePart` */
  store(part: readonly Incoming[]): Promise<StoredPart> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ part, resolve, reject });
      if (this.#due) return;
      this.#due = true;
      setImmediate(() => {
        this.#due = false;
        this.#begin();
      });
    });
  }

  #begin(): void {
    while (this.#underWay < MAX_CALLS && this.#waiting.length > 0) {
      this.#underWay += 1;
      void this.#call(this.#take()).finally(() => {
        this.#underWay -= 1;
        this.#begin();
      });
    }
  }

  /** The oldest parts, as many as a call holds; at least one. */
  #take(): Waiting[] {
    const size = this.callSize();
    let [events, count] = [0, 0];
    for (const { part } of this.#waiting) {
      events += part.length;
      if (count > 0 && events > size) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Never rejects. */
  async #call(together: readonly Waiting[]): Promise<void> {
    try {
      const whole = await storePart(
        this.dependencies,
        together.flatMap(({ part }) => part),
      );
      for (const { part, resolve } of together) resolve(shareOf(whole, part));
    } catch (error) {
      if (together.length === 1 || isOutage(error)) for (const { reject } of together) reject(error);
      else for (const one of together) await this.#call([one]);
    }
  }
}

function shareOf(whole: StoredPart, part: readonly Incoming[]): StoredPart {
  if (whole.bad.length === 0) return whole;
  const records = new Set(part.map(({ record }) => record));
  return { ...whole, bad: whole.bad.filter(({ record }) => records.has(record)) };
}

/** It would meet each part alike. */
function isOutage(error: unknown): boolean {
  try {
    return classifyStoreFailure(error).fault === 'database';
  } catch {
    return false;
  }
}
