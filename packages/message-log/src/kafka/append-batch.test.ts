import { partitionOfKey } from '../adapter/partition-of-key';
import { appendBatch } from './append-batch';
import { assignPartition, type Producer, type RecordMetadata } from './kafka-clients';

type Send = Producer['sendBatch'];
const PARTITIONS = 12;
const metadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({ partitionId }));

/** Answers as kafkajs does: partitions are assigned while it sends, the answer has one entry for each that was written. */
function producer(answer: (partitions: readonly number[]) => Partial<RecordMetadata>[]) {
  const calls: Parameters<Send>[0][] = [];
  const sendBatch: Send = async (batch) => {
    calls.push(batch);
    const messages = batch.topicMessages?.flatMap((topic) => topic.messages) ?? [];
    const partitions = messages.map((message) => assignPartition({ partitionMetadata: metadata, message }));
    return answer([...new Set(partitions)]) as RecordMetadata[];
  };
  return { sendBatch, calls };
}

const records = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ topic: 't', key, value: key, headers: { h: '1' } }));
const written = (partition: number): RecordMetadata => ({ topicName: 't', partition, errorCode: 0 });

describe('append of a batch', () => {
  it('waits for all in-sync replicas and sends the records as they are', async () => {
    const { sendBatch, calls } = producer((partitions) => partitions.map(written));
    expect(await appendBatch({ sendBatch }, 't', records)).toEqual([true, true, true, true, true]);
    expect(calls[0]).toMatchObject({ acks: -1, topicMessages: [{ topic: 't' }] });
    expect(calls[0]?.topicMessages?.[0]?.messages[0]).toMatchObject({ key: 'a', value: 'a', headers: { h: '1' } });
  });

  it('does not take a record as written whose partition is missing in the answer', async () => {
    const left = partitionOfKey('c', PARTITIONS);
    const { sendBatch } = producer((partitions) => partitions.filter((partition) => partition !== left).map(written));
    const acknowledged = await appendBatch({ sendBatch }, 't', records);
    expect(acknowledged).toEqual(records.map(({ key }) => partitionOfKey(key, PARTITIONS) !== left));
    expect(acknowledged).toContain(true);
  });

  it('takes neither an error code nor another topic for an acknowledgement', async () => {
    const failed = producer((partitions) => partitions.map((partition) => ({ ...written(partition), errorCode: 19 })));
    expect(await appendBatch(failed, 't', records)).not.toContain(true);
    const other = producer((partitions) => partitions.map((partition) => ({ ...written(partition), topicName: 'u' })));
    expect(await appendBatch(other, 't', records)).not.toContain(true);
  });

  it('keeps the partition of a message when kafkajs asks again with more partitions', () => {
    const message = { key: 'a' };
    const first = assignPartition({ partitionMetadata: metadata, message });
    expect(first).toBe(partitionOfKey('a', PARTITIONS));
    expect(assignPartition({ partitionMetadata: [...metadata, ...metadata, ...metadata], message })).toBe(first);
  });
});
