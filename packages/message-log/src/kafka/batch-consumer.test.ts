import { silentLogger } from '@chat-app/platform';
import { declareLogMetrics } from '../adapter/log-metrics';
import type { BatchHandler } from '../message-log';
import { BatchConsumer } from './batch-consumer';
import type { EachBatchPayload, KafkaMessage } from './kafka-clients';

const rebalance = (): Error => Object.assign(new Error('rebalance'), { type: 'REBALANCE_IN_PROGRESS' });

/** What kafkajs hands to eachBatch, and what was done with it. */
function payloadOf(count: number) {
  const messages = Array.from({ length: count }, (_, n) => ({
    offset: String(n + 5),
    key: Buffer.from('k'),
    value: Buffer.from(`v${n}`),
    timestamp: '1700000000000',
    headers: {},
  })) as unknown as KafkaMessage[];
  const done = { resolved: [] as string[], committed: [] as string[], heartbeats: 0 };
  const payload = {
    batch: { topic: 't', partition: 3, highWatermark: String(count + 5), messages },
    resolveOffset: (offset: string) => void done.resolved.push(offset),
    commitOffsetsIfNecessary: jest.fn(async (offsets: { topics: { partitions: { offset: string }[] }[] }) => {
      done.committed.push(offsets.topics[0]!.partitions[0]!.offset);
    }),
    heartbeat: jest.fn(async () => void (done.heartbeats += 1)),
    isRunning: jest.fn(() => true),
    isStale: () => false,
  };
  return { payload: payload as unknown as EachBatchPayload, mocks: payload, done };
}

const consumer = (handler: BatchHandler, maxBatchRecords = 100, alive = jest.fn(), gatherMs = 0): BatchConsumer =>
  new BatchConsumer({ topic: 't', groupId: 'g', maxBatchRecords, gatherMs }, handler, {
    logger: silentLogger,
    metrics: declareLogMetrics(undefined),
    backoff: { firstMs: 5, maxMs: 10 },
    membershipTimeoutMs: 50,
    forward: async () => undefined,
    alive,
  });

describe('batch consumer', () => {
  it('cuts batches to size and commits after each', async () => {
    const { payload, done } = payloadOf(5);
    const sizes: number[] = [];
    await consumer(async ({ records }) => void sizes.push(records.length), 2).consume(payload);
    expect(sizes).toEqual([2, 2, 1]);
    expect(done).toMatchObject({ resolved: ['6', '8', '9'], committed: ['7', '9', '10'] });
  });

  it.each([new TypeError('x'), new RangeError('x'), new SyntaxError('x'), 'text'])(
    'hands the same records again after a handler that throws %p, and throws nothing to kafkajs',
    async (thrown) => {
      const { payload, done } = payloadOf(2);
      const seen: (string | null)[][] = [];
      await consumer((batch) => {
        seen.push(batch.records.map(({ value }) => value));
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers may
        if (seen.length < 3) throw thrown;
        return Promise.resolve();
      }).consume(payload);
      expect(seen).toEqual([
        ['v0', 'v1'],
        ['v0', 'v1'],
        ['v0', 'v1'],
      ]);
      expect(done.committed).toEqual(['7']);
      expect(done.heartbeats).toBeGreaterThanOrEqual(2);
    },
  );

  it('gives a batch up, unresolved, when the group takes the partition away while the handler waits', async () => {
    const { payload, mocks, done } = payloadOf(2);
    mocks.heartbeat.mockRejectedValue(rebalance());
    let aborted = false;
    await consumer(async (batch) => {
      await batch.heartbeat();
      aborted = batch.signal.aborted;
      throw new Error('gave up');
    }).consume(payload);
    expect(aborted).toBe(true);
    expect(done).toMatchObject({ resolved: [], committed: [] });
  });

  it('gives up when heartbeats have failed for too long, whatever the reason', async () => {
    const { payload, mocks } = payloadOf(1);
    mocks.heartbeat.mockRejectedValue(new Error('connect ECONNREFUSED'));
    let attempts = 0;
    await consumer(async () => {
      attempts += 1;
      throw new Error('database is unavailable');
    }).consume(payload);
    expect(attempts).toBeGreaterThan(1);
  });

  it('commits a batch whose handler finished although the consumer is closing, and begins no further one', async () => {
    const { payload, done } = payloadOf(4);
    const handled: number[] = [];
    const batches: BatchConsumer = consumer(async ({ records }) => {
      handled.push(records.length);
      batches.close();
    }, 2);
    await batches.consume(payload);
    expect(handled).toEqual([2]);
    expect(done.committed).toEqual(['7']);
    await batches.consume(payloadOf(1).payload);
    expect(handled).toEqual([2]);
  });

  it('tries a commit again, and goes on without it in the end', async () => {
    const { payload, mocks, done } = payloadOf(1);
    mocks.commitOffsetsIfNecessary.mockRejectedValueOnce(new Error('timeout'));
    await consumer(async () => undefined).consume(payload);
    expect(done.committed).toEqual(['6']);
    const second = payloadOf(1);
    second.mocks.commitOffsetsIfNecessary.mockRejectedValue(rebalance());
    await consumer(async () => undefined).consume(second.payload);
    expect(second.mocks.commitOffsetsIfNecessary).toHaveBeenCalledTimes(1);
  });

  it('stops trying when kafkajs stops', async () => {
    const { payload, mocks, done } = payloadOf(1);
    mocks.isRunning.mockReturnValueOnce(true).mockReturnValue(false);
    await consumer(async () => {
      throw new Error('no');
    }).consume(payload);
    expect(done.resolved).toEqual([]);
  });

  describe('that gathers', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    /** A batch whose handling takes so long; what of it happened, by now. */
    function gathering(handlingMs: number) {
      const { payload, done } = payloadOf(1);
      const handler = jest.fn(() => new Promise<void>((resolve) => setTimeout(resolve, handlingMs)));
      const gatherer = consumer(handler, 100, jest.fn(), 50);
      const seen = { handled: handler, done, resolved: false };
      void gatherer.consume(payload).then(() => (seen.resolved = true));
      return { gatherer, seen };
    }

    it('handles and commits at once, and lets the next fetch begin so long after the batch came', async () => {
      const { seen } = gathering(10);
      expect(seen.handled).toHaveBeenCalledTimes(1);
      await jest.advanceTimersByTimeAsync(49);
      expect(seen).toMatchObject({ done: { committed: ['6'] }, resolved: false });
      await jest.advanceTimersByTimeAsync(1);
      expect(seen.resolved).toBe(true);
    });

    it('waits for nothing where handling took longer', async () => {
      const { seen } = gathering(60);
      await jest.advanceTimersByTimeAsync(61);
      expect(seen.resolved).toBe(true);
    });

    it.each(['close', 'giveUp'] as const)('lets go of it at once on %s', async (end) => {
      const { gatherer, seen } = gathering(0);
      await jest.advanceTimersByTimeAsync(1);
      expect(seen).toMatchObject({ done: { committed: ['6'] }, resolved: false });
      gatherer[end]();
      await jest.advanceTimersByTimeAsync(0);
      expect(seen.resolved).toBe(true);
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
