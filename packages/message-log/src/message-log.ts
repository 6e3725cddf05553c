/**
 * Port: the durable, ordered, partitioned log (Kafka's model). Records of one key keep the order in which their appends
 * were resolved one after another. Delivery to a consumer group is at least once: handlers are idempotent.
 */

/** A record to append. Headers are UTF-8 texts. */
export interface OutgoingRecord {
  topic: string;
  /** Decides the partition. */
  key: string;
  value: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * Appends that stand or fall in their order: once one of them failed, those made after it fail too, unless they are
 * written already. Whoever appends makes one for each chain; the log alone sets it, or who gives the chain up.
 */
export interface AppendOrder {
  failed: boolean;
}

/** A record as a consumer sees it. `value` is null for a tombstone or where it is not UTF-8 (then `raw` has the bytes). */
export interface LogRecord {
  topic: string;
  partition: number;
  /** Decimal; may exceed 2^53. */
  offset: string;
  key: string | null;
  value: string | null;
  raw: Uint8Array | null;
  /** A header that came several times has its last value. */
  headers: Readonly<Record<string, string>>;
  /** When the log took it, milliseconds since the epoch. */
  timestampMs: number;
}

/** Consecutive records of one partition. */
export interface RecordBatch {
  topic: string;
  partition: number;
  records: readonly LogRecord[];
  /**
   * Aborted when the handler should give up soon: the partition was taken away or the consumer is closing. A handler
   * that then rejects leaves the batch to whoever owns the partition next.
   */
  signal: AbortSignal;
  /** Tells the group this member lives; call it at least every few seconds while waiting inside a handler. */
  heartbeat(): Promise<void>;
  /**
   * Appends follow-up records (a retry, a dead message) from inside the handler. Resolves when they are as durable as
   * this log makes them before the batch is committed; on an embedded log the original append then waits for them too.
   * @throws PlatformError log_unavailable, log_record_too_large
   */
  forward(records: readonly OutgoingRecord[]): Promise<void>;
}

/**
 * Handles a batch. When it resolves the batch's offsets are committed. When it rejects the same batch comes again after
 * a backoff: to whichever member owns the partition then. It must not resolve before its work is durable.
 */
export type BatchHandler = (batch: RecordBatch) => Promise<void>;

export interface SubscribeOptions {
  topic: string;
  /** Consumer group. A new group starts at the oldest record. */
  groupId: string;
  /** Maximum records in one batch. */
  maxBatchRecords: number;
  /**
   * What comes within so many milliseconds of records that are handled waits that long, so that a batch holds more: 0 by default. What
   * comes after a pause is handled at once, and nothing waits where handling takes longer. An embedded log never waits.
   */
  gatherMs?: number;
}

/** A running member of a consumer group. */
export interface Subscription {
  /** Resolves when the first partitions are assigned (or the group is otherwise settled). */
  readonly ready: Promise<void>;
  /** Stops after the batches in flight, commits them, leaves the group. Memoised. */
  close(): Promise<void>;
}

export interface MessageLog {
  /**
   * Appends one record. Resolves once it is durable (acks=all; on an embedded log: once every consumer group has
   * handled it). Many appends in flight share a batch.
   * @param order where given, of records of one key: this one is not written after one before it failed
   * @throws PlatformError log_unavailable, log_overloaded, log_record_too_large, log_closed
   */
  append(record: OutgoingRecord, order?: AppendOrder): Promise<void>;
  /** Records waiting to be written, for backpressure and metrics. */
  readonly queued: number;
  /** Joins a consumer group and hands its batches to the handler, partitions side by side, each in order. */
  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription;
  /** Writes out what is queued (bounded by a deadline), closes subscriptions, disconnects. Memoised. */
  close(): Promise<void>;
}
