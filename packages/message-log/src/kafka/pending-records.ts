import { PlatformError } from '@chat-app/platform';
import type { AppendOrder, OutgoingRecord } from '../message-log';

/** A record that waits for its acknowledgement. */
export interface PendingRecord {
  record: OutgoingRecord;
  bytes: number;
  order: AppendOrder | undefined;
  /** `performance.now()` of the append. */
  since: number;
  resolve: () => void;
  reject: (error: PlatformError) => void;
}

/** Bounds what one log holds in all its queues. */
export class Budget {
  #records = 0;
  #bytes = 0;

  constructor(
    private readonly maxRecords: number,
    private readonly maxBytes: number,
  ) {}

  get records(): number {
    return this.#records;
  }

  /** @throws PlatformError log_overloaded */
  check(bytes: number): void {
    if (this.#records < this.maxRecords && this.#bytes + bytes <= this.maxBytes) return;
    throw new PlatformError('log_overloaded', 'too many records wait for Kafka', {
      queued: this.#records,
      queued_bytes: this.#bytes,
    });
  }

  take(bytes: number): void {
    this.#records += 1;
    this.#bytes += bytes;
  }

  give(bytes: number): void {
    this.#records -= 1;
    this.#bytes -= bytes;
  }
}

/**
 * The queue of one topic, in the order of the appends. A record stays where it is until it is settled, so that one that
 * must be sent again keeps its place before those appended after it.
 */
export class PendingRecords {
  readonly #pending = new Set<PendingRecord>();
  #bytes = 0;

  constructor(private readonly budget: Budget) {}

  get size(): number {
    return this.#pending.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(pending: PendingRecord): void {
    this.#pending.add(pending);
    this.#bytes += pending.bytes;
    this.budget.take(pending.bytes);
  }

  /** The oldest records, at least one where there is one, within the bounds; they stay in the queue. */
  oldest(maxRecords: number, maxBytes: number): PendingRecord[] {
    const batch: PendingRecord[] = [];
    let bytes = 0;
    for (const pending of this.#pending) {
      bytes += pending.bytes;
      if (batch.length > 0 && (bytes > maxBytes || batch.length >= maxRecords)) break;
      batch.push(pending);
    }
    return batch;
  }

  /** Takes a record out. @returns false where it was settled before */
  settle(pending: PendingRecord): boolean {
    if (!this.#pending.delete(pending)) return false;
    this.#bytes -= pending.bytes;
    this.budget.give(pending.bytes);
    return true;
  }

  all(): PendingRecord[] {
    return [...this.#pending];
  }
}
