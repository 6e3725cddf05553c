/**
 * The request that appends records (Produce, versions 3 to 7; record batches of magic 2), written in one pass: what Kafka is
 * asked for in the way in which it is asked here, without transaction, sequence or compression.
 * https://kafka.apache.org/documentation/#recordbatch
 */
import { ByteWriter, varintBytes } from './byte-writer';
import { crc32c } from './crc32c';

/** A record, as `appendBatch` hands it to kafkajs. */
export interface ProducedRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly ProducedRecord[] }[];
  }[];
}

/** Stands for a text that is not there, and for the id of a producer that has none. */
const NONE = -1;
const MAGIC = 2;
/** Of a record: its attributes, and its time after that of its batch, both 0. */
const RECORD_START_BYTES = 2;

/** The body of the request; `now` is the time of its records, milliseconds since the epoch. */
export function encodeProduce({ acks, timeout, topicData }: ProduceRequest, now: number): Buffer {
  const bytes = new ByteWriter();
  bytes.int16(NONE);
  bytes.int16(acks);
  bytes.int32(timeout);
  bytes.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    const topicBytes = Buffer.byteLength(topic);
    bytes.int16(topicBytes);
    bytes.text(topic, topicBytes);
    bytes.int32(partitions.length);
    for (const { partition, messages } of partitions) {
      bytes.int32(partition);
      const size = bytes.reserve32();
      writeBatch(bytes, messages, now);
      bytes.setInt32(bytes.length - size - 4, size);
    }
  }
  return bytes.from(0);
}

function writeBatch(bytes: ByteWriter, records: readonly ProducedRecord[], now: number): void {
  bytes.int64(0);
  const size = bytes.reserve32();
  bytes.int32(0);
  bytes.int8(MAGIC);
  const checksum = bytes.reserve32();
  const body = bytes.length;
  bytes.int16(0);
  bytes.int32(records.length - 1);
  // The times of its first and its last record.
  bytes.int64(now);
  bytes.int64(now);
  bytes.int64(NONE);
  bytes.int16(0);
  bytes.int32(0);
  bytes.int32(records.length);
  for (const [index, record] of records.entries()) writeRecord(bytes, record, index);
  bytes.setUint32(crc32c(bytes.from(body)), checksum);
  bytes.setInt32(bytes.length - size - 4, size);
}

function writeRecord(bytes: ByteWriter, { key, value, headers }: ProducedRecord, index: number): void {
  const pairs = Object.entries(headers);
  let size = RECORD_START_BYTES + varintBytes(index) + textBytes(key) + textBytes(value) + varintBytes(pairs.length);
  for (const [name, text] of pairs) size += textBytes(name) + textBytes(text);
  bytes.varint(size);
  bytes.int16(0);
  bytes.varint(index);
  writeText(bytes, key);
  writeText(bytes, value);
  bytes.varint(pairs.length);
  for (const [name, text] of pairs) {
    writeText(bytes, name);
    writeText(bytes, text);
  }
}

function textBytes(text: string): number {
  const length = Buffer.byteLength(text);
  return varintBytes(length) + length;
}

function writeText(bytes: ByteWriter, text: string): void {
  const length = Buffer.byteLength(text);
  bytes.varint(length);
  bytes.text(text, length);
}
