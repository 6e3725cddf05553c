import { PlatformError } from '@chat-app/platform';
import type { OutgoingRecord } from '../message-log';

/** What the log's own framing of a record takes at most, in bytes. */
const FRAMING = 80;

/** Size of a record in the log, in bytes, rounded up. */
export function recordBytes({ key, value, headers }: OutgoingRecord): number {
  let bytes = FRAMING + Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers)) bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}

/** @throws PlatformError log_record_too_large */
export function checkRecordSize(topic: string, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new PlatformError('log_record_too_large', `the record has ${bytes} bytes, ${topic} takes ${maxBytes}`, {
    topic,
    bytes,
    max_bytes: maxBytes,
  });
}
