import type { EachBatchPayload } from './kafka-clients';

type Commit = Pick<EachBatchPayload, 'commitOffsetsIfNecessary'>;

interface Waiting {
  partition: number;
  offset: string;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Commits the offsets of one group, of partitions that are handled side by side together: one request at a time, for all that
 * came in the same turn of the event loop or while the request before was under way.
 */
export class OffsetCommits {
  #waiting: Waiting[] = [];
  #due = false;
  #underWay = false;

  constructor(private readonly topic: string) {}

  /** Resolves when the next offset to be read of this partition is committed. @throws what kafkajs throws */
  commit(by: Commit, partition: number, offset: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ partition, offset, resolve, reject });
      this.#schedule(by);
    });
  }

  #schedule(by: Commit): void {
    if (this.#due || this.#underWay) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      void this.#commit(by);
    });
  }

  /** Never rejects. All batches of a group commit by the same consumer: any of them can do it for the others. */
  async #commit(by: Commit): Promise<void> {
    const together = this.#waiting;
    this.#waiting = [];
    this.#underWay = true;
    const partitions = together.map(({ partition, offset }) => ({ partition, offset }));
    try {
      await by.commitOffsetsIfNecessary({ topics: [{ topic: this.topic, partitions }] });
      for (const { resolve } of together) resolve();
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
    this.#underWay = false;
    if (this.#waiting.length > 0) this.#schedule(by);
  }
}
