import { DEAD_MESSAGE_HEADERS } from '@chat-app/protocol';
import type { LogRecord } from '@chat-app/message-log';

/** How the value of a dead message stands for bytes that are no text. */
export type ValueEncoding = 'base64' | 'none';

/** The value of a record as text: itself, base64 of bytes that are not UTF-8, or nothing for a tombstone. */
export function encodeValue(record: LogRecord): { value: string; encoding: ValueEncoding | undefined } {
  if (record.value !== null) return { value: record.value, encoding: undefined };
  if (record.raw !== null) return { value: Buffer.from(record.raw).toString('base64'), encoding: 'base64' };
  return { value: '', encoding: 'none' };
}

/** The bytes that a dead message's value stands for. */
export function decodeValue(record: LogRecord): Uint8Array {
  if (record.headers[DEAD_MESSAGE_HEADERS.valueEncoding] === 'base64') return Buffer.from(record.value ?? '', 'base64');
  return record.value === null ? (record.raw ?? new Uint8Array()) : Buffer.from(record.value, 'utf8');
}
