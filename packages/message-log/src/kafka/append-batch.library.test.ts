/**
 * Why appendBatch compares the answer with what it sent, shown on kafkajs's own code: a partition whose leader moves to a
 * broker that has answered already is left out of the retry, and the send resolves all the same.
 */
import createSendMessages from 'kafkajs/src/producer/sendMessages';
import { appendBatch } from './append-batch';
import { assignPartition, type Producer } from './kafka-clients';

const TOPIC = 'messages';

/** Keys of two partitions, by the partition that is theirs. */
function keysOf(partitionMetadata: readonly unknown[]): [string, string] {
  const keys: string[] = [];
  for (let key = 0; keys.filter(Boolean).length < 2; key += 1) {
    keys[assignPartition({ partitionMetadata, message: { key: String(key) } })] ??= String(key);
  }
  return keys as [string, string];
}

/** Two brokers, each leading one of two partitions; the first answers, the second hands its partition over to the first. */
function scene() {
  const written: Record<number, number> = { 0: 0, 1: 0 };
  const leaders = ['1', '2'] as [string, string];
  const partitionMetadata = [0, 1].map((partitionId) => ({ partitionId }));
  type Produce = { topicData: { partitions: { partition: number; messages: unknown[] }[] }[] };
  const answer = async ({ topicData }: Produce) => ({
    topics: topicData.map(({ partitions }) => ({
      topicName: TOPIC,
      partitions: partitions.map(({ partition, messages }) => {
        written[partition] = (written[partition] ?? 0) + messages.length;
        return { partition, errorCode: 0 };
      }),
    })),
  });
  const moved = Object.assign(new Error('not the leader'), {
    name: 'KafkaJSProtocolError',
    type: 'NOT_LEADER_FOR_PARTITION',
    retriable: true,
  });
  // The second refuses once the first has answered: which of them is first is what the loss hangs on.
  let answered = (): void => undefined;
  const firstAnswered = new Promise<void>((resolve) => (answered = resolve));
  const brokers: Record<string, { nodeId: string; produce: (request: Produce) => Promise<unknown> }> = {
    '1': { nodeId: '1', produce: (request) => answer(request).finally(answered) },
    '2': {
      nodeId: '2',
      produce: async () => {
        await firstAnswered;
        await new Promise(setImmediate);
        leaders[1] = '1';
        throw moved;
      },
    },
  };
  const cluster = {
    targetTopics: new Set([TOPIC]),
    addMultipleTargetTopics: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    refreshMetadata: async () => undefined,
    isConnected: () => true,
    findTopicPartitionMetadata: () => partitionMetadata,
    findLeaderForPartitions: (_topic: string, partitions: readonly (string | number)[]) => {
      const led: Record<string, number[]> = {};
      for (const partition of partitions.map(Number)) (led[leaders[partition] ?? ''] ??= []).push(partition);
      return led;
    },
    findBroker: async ({ nodeId }: { nodeId: string }) => brokers[nodeId],
  };
  const nothing = (): void => undefined;
  const sendBatch = createSendMessages({
    logger: { debug: nothing, error: nothing },
    cluster,
    partitioner: assignPartition,
    eosManager: {
      acquireBrokerLock: async () => undefined,
      releaseBrokerLock: async () => undefined,
      isTransactional: () => false,
      getSequence: () => 0,
      updateSequence: nothing,
      getProducerId: () => -1,
      getProducerEpoch: () => 0,
    },
    retrier: async (attempt) => {
      const bail = (error: unknown): never => {
        throw error;
      };
      return attempt(bail, 0, 0).catch(() => attempt(bail, 1, 0));
    },
  });
  return { sendBatch, written, keys: keysOf(partitionMetadata) };
}

describe('a leader that moves to a broker that has answered', () => {
  it('makes kafkajs resolve a send whose records it has not written', async () => {
    const { sendBatch, written, keys } = scene();
    const messages = keys.map((key) => ({ key, value: 'v' }));
    await expect(
      sendBatch({ acks: -1, timeout: 1, topicMessages: [{ topic: TOPIC, messages }] }),
    ).resolves.toBeDefined();
    expect(written).toEqual({ 0: 1, 1: 0 });
  });

  it('is found out by appendBatch: what was not written is not acknowledged', async () => {
    const { sendBatch, written, keys } = scene();
    const records = keys.map((key) => ({ topic: TOPIC, key, value: 'v', headers: {} }));
    const producer = { sendBatch: sendBatch as Producer['sendBatch'] };
    expect(await appendBatch(producer, TOPIC, records)).toEqual([true, false]);
    expect(written).toEqual({ 0: 1, 1: 0 });
  });
});
