import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Kafka, logLevel } from 'kafkajs';
import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { silentLogger } from '@chat-app/platform';
import type { LogRecord } from '../message-log';
import { messageLogContract } from '../message-log.contract';
import { createKafkaMessageLog, type KafkaMessageLog, type KafkaMessageLogOptions } from './message-log-kafka';

jest.setTimeout(60_000);

describeWithBackend('kafka', 'message log on Kafka', () => {
  const brokers = backendAddress('kafka').split(',');
  const make = (options: Partial<KafkaMessageLogOptions> = {}): KafkaMessageLog =>
    createKafkaMessageLog({
      brokers,
      clientId: 'message-log-test',
      logger: silentLogger,
      backoff: { firstMs: 20, maxMs: 100 },
      maxWaitMs: 50,
      maxRecordBytes: 900_000,
      ...options,
    });
  const admin = make();
  afterAll(() => admin.close());
  const newTopic = async (configuration: Record<string, string> = {}): Promise<string> => {
    const topic = `test-${randomUUID()}`;
    await admin.ensureTopics([{ topic, partitions: 12, configuration }]);
    return topic;
  };

  messageLogContract({ create: make, topic: newTopic, maxRecordBytes: 900_000, appendWaitsForConsumers: false });

  const open: KafkaMessageLog[] = [];
  const opened = (options: Partial<KafkaMessageLogOptions> = {}): KafkaMessageLog => {
    const log = make(options);
    open.push(log);
    return log;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((log) => log.close()));
  });
  const record = (topic: string, value: string, key = value) => ({ topic, key, value, headers: {} });

  it('lets a group read again from a moment on, once nobody of the group is at work', async () => {
    const topic = await newTopic();
    const log = opened();
    const group = `again-${randomUUID()}`;
    const read = async (count: number): Promise<string[]> => {
      const values: string[] = [];
      const enough = new EventEmitter();
      const subscription = log.subscribe({ topic, groupId: group, maxBatchRecords: 10 }, async ({ records }) => {
        values.push(...records.map(({ value }) => value ?? ''));
        if (values.length >= count) enough.emit('enough');
      });
      if (values.length < count) await once(enough, 'enough');
      const since = new Date();
      await expect(log.rewindGroup({ groupId: group, topic, since })).rejects.toMatchObject({ code: 'illegal_state' });
      await subscription.close();
      return values.sort();
    };
    await log.append(record(topic, 'before', 'k'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const since = new Date();
    for (const value of ['one', 'two']) await log.append(record(topic, value));
    expect(await read(3)).toEqual(['before', 'one', 'two']);
    const partitions = await log.rewindGroup({ groupId: group, topic, since });
    expect(partitions).toHaveLength(12);
    expect(await read(2)).toEqual(['one', 'two']);
  });

  it('finds the record that the topic does not take and writes those beside it', async () => {
    const topic = await newTopic({ 'max.message.bytes': '2000' });
    const log = opened();
    const values = ['a', 'b', 'x'.repeat(3_000), 'c'];
    // One key, so that all are one batch of one partition.
    const results = await Promise.allSettled(values.map((value) => log.append(record(topic, value, 'k'))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ reason: { code: 'log_record_too_large' } });
  });

  it('gives up on a topic that does not exist at the deadline, and writes others meanwhile', async () => {
    const topic = await newTopic();
    const log = opened({ appendTimeoutMs: 2_000 });
    const lost = log.append(record(`missing-${randomUUID()}`, 'v'));
    const outcome = expect(lost).rejects.toMatchObject({ code: 'log_unavailable', retryable: true });
    await log.append(record(topic, 'v'));
    await outcome;
  });

  it('says log_unavailable, not some error of kafkajs, when no broker answers', async () => {
    const log = opened({ brokers: ['127.0.0.1:9'], appendTimeoutMs: 1_500 });
    await expect(log.append(record('messages', 'v'))).rejects.toMatchObject({
      name: 'PlatformError',
      code: 'log_unavailable',
      retryable: true,
    });
    const subscription = log.subscribe({ topic: 't', groupId: 'g', maxBatchRecords: 1 }, async () => undefined);
    expect(log.health()).toEqual({ alive: true });
    await subscription.close();
    await expect(subscription.ready).rejects.toMatchObject({ code: 'log_closed' });
  });

  it('hands over tombstones and values that are not UTF-8 instead of failing on them', async () => {
    const topic = await newTopic();
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const bytes = Buffer.from([0xff, 0xfe]);
    await producer.send({
      topic,
      messages: [
        { key: 'k', value: null, partition: 0 },
        { value: bytes, partition: 0 },
      ],
    });
    await producer.disconnect();
    const records = await new Promise<readonly LogRecord[]>((resolve) => {
      opened().subscribe({ topic, groupId: randomUUID(), maxBatchRecords: 10 }, async (batch) =>
        resolve(batch.records),
      );
    });
    expect(records).toMatchObject([
      { key: 'k', value: null, raw: null },
      { key: null, value: null, raw: bytes },
    ]);
  });

  it('shares partitions among members, and goes on when one leaves, without losing a record', async () => {
    const topic = await newTopic();
    const groupId = randomUUID();
    const values = new Set<string>();
    const handled = new EventEmitter();
    const partitions: [Set<number>, Set<number>] = [new Set(), new Set()];
    const join = (member: 0 | 1): KafkaMessageLog => {
      const log = opened({ heartbeatIntervalMs: 200 });
      log.subscribe({ topic, groupId, maxBatchRecords: 50 }, async (batch) => {
        partitions[member].add(batch.partition);
        batch.records.forEach(({ value }) => values.add(value ?? ''));
        handled.emit('batch');
      });
      return log;
    };
    const first = join(0);
    const producer = opened();
    let appended = 0;
    const appendUntil = async (condition: () => boolean): Promise<void> => {
      while (!condition()) {
        await Promise.all(Array.from({ length: 24 }, () => producer.append(record(topic, `v${appended++}`))));
      }
    };
    await appendUntil(() => partitions[0].size === 12);
    join(1);
    await appendUntil(() => partitions[1].size >= 6);
    await first.close();
    await appendUntil(() => partitions[1].size === 12);
    while (values.size < appended) await once(handled, 'batch');
    expect(values.size).toBe(appended);
  });
});
