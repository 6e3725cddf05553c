import { DEAD_MESSAGE_HEADERS, DEAD_MESSAGES_TOPIC, MESSAGE_HEADERS, MESSAGES_TOPIC } from '@chat-app/protocol';
import { isPlatformError } from '@chat-app/platform';
import { backoffMs } from '@chat-app/timing';
import type { BatchHandler, LogRecord, OutgoingRecord, RecordBatch } from '@chat-app/message-log';
import type { BadRecord } from './decode-batch';
import { encodeValue } from './record-value';
import { pause } from './retry-delay';

const BACKOFF = { firstMs: 100, maxMs: 5_000 };
const REASON_CHARACTERS = 500;

/** Where a bad record goes. */
export interface Destination {
  to: 'retry' | 'dead';
  record: OutgoingRecord;
  /** How long to wait before it may be tried again. */
  delayMs: number;
  /** The log does not take a record of this size: it stands in the archive of dead messages alone. */
  archivedOnly?: true;
}

/**
 * Decides where a bad record goes: back to `messages` with one retry more, or, when its retries are spent or cannot
 * help, to `dead-messages` with headers that say why. All its headers go with it, so that its trace goes on.
 */
export function destinationOf(bad: BadRecord, maxRetryValue: number, now: Date): Destination {
  const retries = readCount(bad.record.headers[MESSAGE_HEADERS.retryCount]).count;
  const key = bad.record.key ?? '';
  if (bad.retryable && retries < maxRetryValue) {
    const headers = { ...bad.record.headers, [MESSAGE_HEADERS.retryCount]: String(retries + 1) };
    const record = { topic: MESSAGES_TOPIC, key, value: bad.record.value ?? '', headers };
    return { to: 'retry', record, delayMs: backoffMs(retries + 1, BACKOFF) };
  }
  return { to: 'dead', record: deadRecord(bad, key, now), delayMs: 0 };
}

/**
 * Moves bad records to where they go. One that the log finds too large, with the headers that say why, is never tried again
 * in vain: a retry becomes a dead message, and a dead message goes straight to the archive.
 * @throws what appending throws, or the archive: then the batch must come again
 */
export async function deadLetter(
  batch: RecordBatch,
  bad: readonly BadRecord[],
  maxRetryValue: number,
  archive: BatchHandler,
): Promise<readonly Destination[]> {
  if (bad.length === 0) return [];
  const destinations = bad.map((one) => destinationOf(one, maxRetryValue, new Date()));
  const delayMs = Math.max(...destinations.map((destination) => destination.delayMs));
  if (delayMs > 0) await pause(batch, delayMs);
  const moves = destinations.map((destination, index) => move(batch, bad[index] as BadRecord, destination, archive));
  // None goes on unobserved when another fails.
  await Promise.allSettled(moves);
  return Promise.all(moves);
}

async function move(
  batch: RecordBatch,
  bad: BadRecord,
  destination: Destination,
  archive: BatchHandler,
): Promise<Destination> {
  try {
    await batch.forward([destination.record]);
    return destination;
  } catch (error) {
    if (!isPlatformError(error, 'log_record_too_large')) throw error;
    if (destination.to === 'retry') {
      return move(batch, bad, destinationOf({ ...bad, retryable: false }, 0, new Date()), archive);
    }
    const { topic, partition, signal } = batch;
    const { key, value, headers } = destination.record;
    const record: LogRecord = { ...bad.record, key, value, raw: null, headers };
    await archive({
      topic,
      partition,
      signal,
      records: [record],
      heartbeat: () => batch.heartbeat(),
      forward: (records) => batch.forward(records),
    });
    return { ...destination, archivedOnly: true };
  }
}

/** Reads a header that counts. What is no count is 0; `readable` then says so. */
export function readCount(header: string | undefined): { count: number; readable: boolean } {
  if (header === undefined) return { count: 0, readable: true };
  return /^\d{1,9}$/.test(header) ? { count: Number(header), readable: true } : { count: 0, readable: false };
}

function deadRecord(bad: BadRecord, key: string, now: Date): OutgoingRecord {
  const { value, encoding } = encodeValue(bad.record);
  return {
    topic: DEAD_MESSAGES_TOPIC,
    key,
    value,
    headers: {
      ...bad.record.headers,
      [DEAD_MESSAGE_HEADERS.error]: bad.reason.slice(0, REASON_CHARACTERS),
      [DEAD_MESSAGE_HEADERS.errorCode]: bad.code,
      [DEAD_MESSAGE_HEADERS.failedAt]: now.toISOString(),
      ...sourceHeaders(bad.record),
      ...(encoding !== undefined && { [DEAD_MESSAGE_HEADERS.valueEncoding]: encoding }),
    },
  };
}

function sourceHeaders(record: LogRecord): Record<string, string> {
  return {
    [DEAD_MESSAGE_HEADERS.sourceTopic]: record.topic,
    [DEAD_MESSAGE_HEADERS.sourcePartition]: String(record.partition),
    [DEAD_MESSAGE_HEADERS.sourceOffset]: record.offset,
  };
}
