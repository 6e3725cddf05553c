import type { OutgoingRecord } from '@chat-app/message-log';
import { Entry } from './entry';

/** Whoever reads a partition on behalf of a group. */
export interface PartitionReader {
  /** The group, as the identity that entries wait for. */
  readonly group: object;
  /** Whether the group has members now. */
  readonly active: boolean;
  /** Offset of the next record to handle. */
  readonly position: number;
  wake(): void;
}

/**
 * An append-only sequence of records in memory. Keeps what an active reader has not handled, and of the rest the newest
 * `retain` records, for groups that come later.
 */
export class Partition {
  readonly #entries: Entry[] = [];
  #start = 0;
  readonly readers = new Set<PartitionReader>();

  constructor(
    readonly topic: string,
    readonly number: number,
    private readonly retain: number,
  ) {}

  /** Offset of the oldest record kept. */
  get start(): number {
    return this.#start;
  }

  /** Offset after the newest record. */
  get end(): number {
    return this.#start + this.#entries.length;
  }

  append({ key, value, headers }: OutgoingRecord): Entry {
    const record = {
      topic: this.topic,
      partition: this.number,
      offset: String(this.end),
      key,
      value,
      raw: null,
      headers: { ...headers },
      timestampMs: Date.now(),
    };
    const active = [...this.readers].filter((reader) => reader.active);
    const entry = new Entry(
      record,
      active.map(({ group }) => group),
    );
    this.#entries.push(entry);
    for (const reader of active) reader.wake();
    this.#trim();
    return entry;
  }

  /** Entries from an offset on, at most so many. */
  read(offset: number, atMost: number): Entry[] {
    const from = Math.max(0, offset - this.#start);
    return this.#entries.slice(from, from + atMost);
  }

  #trim(): void {
    let excess = this.#entries.length - this.retain;
    if (excess <= 0) return;
    for (const { active, position } of this.readers) {
      if (active) excess = Math.min(excess, position - this.#start);
    }
    // In one go and not at every append: removing from the front moves the rest.
    if (excess < Math.max(1, this.retain / 4)) return;
    this.#entries.splice(0, excess);
    this.#start += excess;
  }
}
