import { isUtf8 } from 'node:buffer';
import type { LogRecord } from '../message-log';
import type { KafkaMessage } from './kafka-clients';

type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;

/** A record as kafkajs fetched it, as the port has it. */
export function toLogRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  const { key, value, offset, timestamp, headers } = message;
  const text = value === null ? null : decode(value);
  return {
    topic,
    partition,
    offset,
    key: key === null ? null : key.toString('utf8'),
    value: text,
    raw: text === null ? value : null,
    headers: decodeHeaders(headers),
    timestampMs: Number(timestamp),
  };
}

/** Null where the bytes are not UTF-8: decoding them anyway would change them. */
function decode(value: Buffer): string | null {
  return isUtf8(value) ? value.toString('utf8') : null;
}

function decodeHeaders(headers: Readonly<Record<string, HeaderValue>> | undefined): Record<string, string> {
  const decoded: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    // A header may be null on the wire.
    if (last !== undefined && last !== null) decoded[name] = last.toString('utf8');
  }
  return decoded;
}
