import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Logger, asError, PlatformError } from '@chat-app/platform';
import type { LogMetrics } from '@chat-app/message-log/adapter';
import { backoffMs, delay, type BackoffOptions } from '@chat-app/timing';
import type { OutgoingRecord, RecordBatch } from '@chat-app/message-log';
import type { Entry } from './entry';
import type { Member } from './member';
import type { Partition, PartitionReader } from './partition';

/** What the readers need of their log. */
export interface LogHost {
  readonly logger: Logger;
  readonly backoff: BackoffOptions;
  readonly metrics: LogMetrics;
  /** Appends past the queue's bound; resolves when the record is complete. */
  forward(record: OutgoingRecord): Promise<void>;
}

/** What a reader needs of the group it reads for. */
export interface ReadingGroup {
  readonly id: string;
  readonly log: LogHost;
  readonly members: readonly Member[];
  ownerOf(partition: number): Member | undefined;
}

/**
 * Hands one partition's records to one group, in order: one batch at a time, to the member that owns the partition when
 * the batch begins. A batch whose handler rejects comes again after a backoff.
 *
 * States: idle ⇄ reading. `wake` starts reading when there is something to read and someone to read it.
 */
export class Reader implements PartitionReader {
  position: number;
  #reading = false;
  #failures = 0;

  constructor(
    readonly group: ReadingGroup,
    private readonly partition: Partition,
  ) {
    this.position = partition.start;
  }

  get active(): boolean {
    return this.group.members.length > 0;
  }

  wake(): void {
    if (this.#reading) return;
    this.#reading = true;
    void this.#read();
  }

  /** The last member left. A batch in flight still ends as its handler decides. */
  deserted(): void {
    if (!this.#reading) this.#abandon();
  }

  /** Nobody will handle what is waiting. */
  #abandon(): void {
    const error = new PlatformError('log_unavailable', `group ${this.group.id} left before it handled the record`, {
      topic: this.partition.topic,
    });
    for (const entry of this.partition.read(this.position, Infinity)) entry.abandonedBy(this.group, error);
  }

  async #read(): Promise<void> {
    // What is appended in this turn of the event loop shares a batch.
    await nextTurn();
    this.position = Math.max(this.position, this.partition.start);
    while (this.position < this.partition.end) {
      const owner = this.group.ownerOf(this.partition.number);
      if (owner === undefined) break;
      await owner.inFlight(() => this.#handle(owner));
    }
    this.#reading = false;
    if (!this.active) this.#abandon();
  }

  /** Never rejects. */
  async #handle(owner: Member): Promise<void> {
    const entries = this.partition.read(this.position, owner.maxBatchRecords);
    const { log } = this.group;
    const { metrics } = log;
    const labels = { topic: this.partition.topic, group: this.group.id };
    const forwarded: Promise<void>[] = [];
    const from = performance.now();
    const seconds = (): number => (performance.now() - from) / 1000;
    try {
      await owner.handler(this.#batch(entries, owner, forwarded));
    } catch (thrown) {
      metrics.handled(labels, entries.length, seconds(), 'failed');
      this.#failures += 1;
      const error = asError(thrown);
      log.logger.warn('batch failed, will be redelivered', { ...labels, failures: this.#failures, error });
      await delay(backoffMs(this.#failures, log.backoff), owner.closing);
      return;
    }
    this.#failures = 0;
    this.position += entries.length;
    metrics.handled(labels, entries.length, seconds(), 'stored');
    metrics.lag(labels, this.partition.number, this.partition.end - this.position);
    settle(entries, this.group, forwarded);
  }

  #batch(entries: readonly Entry[], owner: Member, forwarded: Promise<void>[]): RecordBatch {
    return {
      topic: this.partition.topic,
      partition: this.partition.number,
      records: entries.map(({ record }) => record),
      signal: owner.closing,
      heartbeat: async () => undefined,
      forward: async (records) => {
        // Not waited for here: they may be behind this very batch. The batch's own appends wait for them.
        for (const record of records) forwarded.push(this.group.log.forward(record));
      },
    };
  }
}

/** Entries are complete once all that was forwarded on their behalf is. */
function settle(entries: readonly Entry[], group: ReadingGroup, forwarded: readonly Promise<void>[]): void {
  const complete = (): void => entries.forEach((entry) => entry.handledBy(group));
  if (forwarded.length === 0) return complete();
  Promise.all(forwarded).then(complete, (error: Error) => entries.forEach((entry) => entry.abandonedBy(group, error)));
}
