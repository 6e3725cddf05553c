import type { OutgoingRecord } from '../message-log';
import type { Message, Producer, RecordMetadata } from './kafka-clients';

/** How long a leader may wait for its followers. */
const REPLICATION_TIMEOUT_MS = 5_000;
const ALL_IN_SYNC_REPLICAS = -1;

/**
 * Sends records of one topic in one request and says of each whether it was acknowledged.
 *
 * The answer is compared with what was sent partition by partition, because kafkajs 2.2.4 resolves a send whose records
 * it never wrote: it remembers answers per broker, so after a leader moved to a broker that had answered already, the
 * moved partitions are left out of the retry and nobody is told (`sendMessages.js`).
 *
 * @returns for each record whether it is in the log for certain; the others may be
 * @throws what kafkajs threw: then any of them may be in the log
 */
export async function appendBatch(
  producer: Pick<Producer, 'sendBatch'>,
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<boolean[]> {
  // kafkajs fails on header values that are not strings or buffers, hence the types of OutgoingRecord.
  const messages = records.map(({ key, value, headers }): Message => ({ key, value, headers: { ...headers } }));
  const answer = await producer.sendBatch({
    acks: ALL_IN_SYNC_REPLICAS,
    timeout: REPLICATION_TIMEOUT_MS,
    topicMessages: [{ topic, messages }],
  });
  const acknowledged = acknowledgedPartitions(topic, answer);
  return messages.map(({ partition }) => partition !== undefined && acknowledged.has(partition));
}

function acknowledgedPartitions(topic: string, answer: readonly RecordMetadata[]): Set<number> {
  const fine = answer.filter(({ topicName, errorCode }) => topicName === topic && errorCode === 0);
  return new Set(fine.map(({ partition }) => partition));
}
