import { DEAD_MESSAGE_HEADERS, DEAD_MESSAGES_TOPIC, MESSAGE_HEADERS, MESSAGES_TOPIC } from '@chat-app/protocol';
import type { LogRecord, OutgoingRecord, RecordBatch } from '@chat-app/message-log';
import type { BadRecord } from './decode-batch';
import { encodeValue } from './record-value';
import { pause } from './patience';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
const REASON_CHARACTERS = 500;

/** Where a bad record goes. */
export interface Destination {
  to: 'retry' | 'dead';
  record: OutgoingRecord;
  /** How long to wait before it may be tried again. */
  delayMs: number;
}

/**
 * Decides where a bad record goes: back to `messages` with one retry more, or, when its retries are spent or cannot
 * help, to `dead-messages` with headers that say why. All its headers go with it, so that its trace goes on.
 */
export function destinationOf(bad: BadRecord, maxRetryValue: number, now: Date): Destination {
  const retries = readCount(bad.record.headers[MESSAGE_HEADERS.retryCount]).count;
  const key = bad.record.key ?? '';
  if (!bad.hopeless && retries < maxRetryValue) {
    const headers = { ...bad.record.headers, [MESSAGE_HEADERS.retryCount]: String(retries + 1) };
    const record = { topic: MESSAGES_TOPIC, key, value: bad.record.value ?? '', headers };
    return { to: 'retry', record, delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(retries, 16)) };
  }
  return { to: 'dead', record: deadRecord(bad, key, now), delayMs: 0 };
}

/** Moves bad records to where they go. @throws what appending throws: then the batch must come again */
export async function setAside(
  batch: RecordBatch,
  bad: readonly BadRecord[],
  maxRetryValue: number,
): Promise<readonly Destination[]> {
  if (bad.length === 0) return [];
  const destinations = bad.map((one) => destinationOf(one, maxRetryValue, new Date()));
  const delayMs = Math.max(...destinations.map((destination) => destination.delayMs));
  if (delayMs > 0) await pause(batch, delayMs);
  await batch.forward(destinations.map((destination) => destination.record));
  return destinations;
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
