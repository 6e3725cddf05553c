import { silentLogger } from '@chat-app/platform';
import { declareLogMetrics } from '../adapter/log-metrics';
import type { Producer, RecordMetadata } from './kafka-clients';
import { assignPartition } from './kafka-clients';
import { Budget } from './pending-records';
import { TopicWriter, type WriterOptions } from './topic-writer';

const OPTIONS: WriterOptions = {
  lingerMs: 1,
  maxBatchRecords: 10,
  maxBatchBytes: 10_000,
  appendTimeoutMs: 300,
  requestTimeoutMs: 1_000,
};
const tooLarge = (): Error => Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' });

/** A broker that does with each request what the test says; it keeps what was written. */
class FakeBroker {
  readonly requests: string[][] = [];
  readonly written: string[] = [];
  inFlight = 0;
  mostInFlight = 0;
  producers = 0;
  /** Throws, or returns the values that are written. */
  handle: (values: string[]) => Promise<string[]> | string[] = (values) => values;

  producer(): Producer {
    this.producers += 1;
    const producer: Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'> = {
      connect: async () => undefined,
      disconnect: async () => undefined,
      sendBatch: async ({ topicMessages = [] }) => {
        this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
        const messages = topicMessages[0]?.messages ?? [];
        const partitionMetadata = Array.from({ length: 12 });
        const values = messages.map(({ value }) => String(value));
        for (const message of messages) assignPartition({ partitionMetadata, message });
        this.requests.push(values);
        try {
          const written = new Set(await this.handle(values));
          this.written.push(...written);
          const partitions = messages
            .filter(({ value }) => written.has(String(value)))
            .map(({ partition }) => partition);
          return [...new Set(partitions)].map((partition) => ({
            topicName: 't',
            partition,
            errorCode: 0,
          })) as RecordMetadata[];
        } finally {
          this.inFlight -= 1;
        }
      },
    };
    return producer as Producer;
  }
}

describe('topic writer', () => {
  let broker: FakeBroker;
  let writer: TopicWriter;
  let budget: Budget;
  const make = (options: Partial<WriterOptions> = {}): void => {
    broker = new FakeBroker();
    budget = new Budget(100, 100_000);
    writer = new TopicWriter(
      't',
      { ...OPTIONS, ...options },
      { makeProducer: () => broker.producer(), budget, logger: silentLogger, metrics: declareLogMetrics(undefined) },
    );
  };
  beforeEach(() => make());
  afterEach(() => writer.close(100));

  const append = (value: string, bytes = 100): Promise<void> =>
    writer.append({ topic: 't', key: value, value, headers: {} }, bytes);
  const many = (count: number, bytes?: number): Promise<void[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => append(`v${n}`, bytes)));

  it('sends the first record after a pause at once, with what is appended in the same turn', async () => {
    make({ lingerMs: 3_600_000, appendTimeoutMs: 3_600_000 });
    await Promise.all([append('a'), append('b')]);
    expect(broker.requests).toEqual([['a', 'b']]);
  });

  it('lets what is appended shortly after a request wait for company, and a full batch go', async () => {
    make({ lingerMs: 3_600_000, appendTimeoutMs: 3_600_000, maxBatchRecords: 3 });
    await append('a');
    const waiting = [append('b')];
    await new Promise(setImmediate);
    expect(broker.requests).toEqual([['a']]);
    waiting.push(append('c'), append('d'));
    await Promise.all(waiting);
    expect(broker.requests).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('sends what waits for company when it is closed', async () => {
    make({ lingerMs: 3_600_000, appendTimeoutMs: 3_600_000 });
    await append('a');
    const waiting = append('b');
    await writer.close(1_000);
    await waiting;
    expect(broker.requests).toEqual([['a'], ['b']]);
  });

  it('gathers appends into batches bounded by records, one in flight at a time', async () => {
    await many(25);
    expect(broker.requests.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(broker.mostInFlight).toBe(1);
    expect(budget.records).toBe(0);
  });

  it('bounds batches by bytes, and still sends a record that is larger alone', async () => {
    await Promise.all([many(4, 4_000), append('large', 50_000)]);
    expect(broker.requests).toEqual([['v0', 'v1'], ['v2', 'v3'], ['large']]);
  });

  it('sends again what the answer left out, before anything appended later, and resolves only then', async () => {
    let left = 1;
    broker.handle = (values) => (left-- > 0 ? values.filter((value) => value !== 'v1') : values);
    const order: string[] = [];
    const first = ['v0', 'v1', 'v2'].map((value) => append(value).then(() => order.push(value)));
    await Promise.all(first);
    expect(broker.requests[1]).toEqual(['v1']);
    expect(order).toEqual(['v0', 'v2', 'v1']);
  });

  it('tries a failed batch again until it goes through', async () => {
    make({ appendTimeoutMs: 3_600_000 });
    let failures = 1;
    broker.handle = (values) => {
      if (failures-- > 0) throw new Error('KafkaJSNonRetriableError: connect ECONNREFUSED');
      return values;
    };
    await many(3);
    expect(broker.requests).toEqual([
      ['v0', 'v1', 'v2'],
      ['v0', 'v1', 'v2'],
    ]);
  });

  it('rejects at the deadline, with what Kafka said last, and frees the budget', async () => {
    broker.handle = () => {
      throw Object.assign(new Error('not enough'), { type: 'NOT_ENOUGH_REPLICAS' });
    };
    const from = performance.now();
    await expect(append('v')).rejects.toMatchObject({
      code: 'log_unavailable',
      details: { topic: 't', kafka_error: 'NOT_ENOUGH_REPLICAS' },
    });
    expect(performance.now() - from).toBeGreaterThanOrEqual(290);
    expect(budget.records).toBe(0);
  });

  it('does not write what follows a record that failed, nor hold up what follows none', async () => {
    make({ appendTimeoutMs: 1_000, requestTimeoutMs: 10_000 });
    let giveUp = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (giveUp = resolve));
    broker.handle = async (values) => {
      if (broker.requests.length > 1) return values;
      await hanging;
      throw new Error('no leader');
    };
    const order = { failed: false };
    const ordered = (value: string): Promise<void> =>
      writer.append({ topic: 't', key: 'k', value, headers: {} }, 100, order);
    const first = ordered('first');
    // What comes later has a later deadline: it is still there when Kafka is back.
    await new Promise((resolve) => setTimeout(resolve, 700));
    const follower = ordered('follower');
    const other = append('other');
    await expect(first).rejects.toMatchObject({ code: 'log_unavailable' });
    giveUp();
    await expect(follower).rejects.toMatchObject({ code: 'log_unavailable' });
    await other;
    expect(broker.written).toEqual(['other']);
    expect(order.failed).toBe(true);
  });

  it('finds the one record that is too large, rejects it, and writes its neighbours', async () => {
    broker.handle = (values) => {
      if (values.includes('v4')) throw tooLarge();
      return values;
    };
    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => append(`v${n}`)));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(Array.from({ length: 10 }, (_, n) => n !== 4));
    expect(results[4]).toMatchObject({ reason: { code: 'log_record_too_large' } });
    expect(new Set(broker.written).size).toBe(9);
  });

  it('writes a record appended in the very moment in which the batch before it is acknowledged', async () => {
    for (let n = 0; n < 20; n += 1) await append(`v${n}`);
    expect(broker.written).toHaveLength(20);
  });

  it('abandons a request that hangs, and its producer', async () => {
    await writer.close(0);
    make({ requestTimeoutMs: 50, appendTimeoutMs: 10_000 });
    let hanging = true;
    broker.handle = (values) => {
      if (!hanging) return values;
      hanging = false;
      return new Promise(() => undefined);
    };
    await append('v');
    expect(broker.producers).toBe(2);
  });

  it('writes out what is queued when it closes, and rejects what it cannot write in time', async () => {
    const kept = append('kept');
    await writer.close(500);
    await kept;
    make({ appendTimeoutMs: 5_000 });
    broker.handle = () => new Promise(() => undefined);
    const lost = append('lost');
    const closed = writer.close(20);
    await expect(lost).rejects.toMatchObject({ code: 'log_unavailable' });
    await closed;
  });
});
