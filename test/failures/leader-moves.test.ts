/**
 * The leader of partitions moves while appends over all of them are in flight: one of three brokers is stopped (SIGTERM:
 * it hands its partitions over) or killed (SIGKILL: they are taken over after its session). Whatever was acknowledged is
 * in the log.
 *
 *   npx jest leader-moves --selectProjects failures            2 runs, and the control
 *   RUNS=20 npx jest leader-moves --selectProjects failures    the full proof
 *
 * The control leaves records out and acknowledges them: it shows that these runs would notice. That kafkajs does so, used
 * as its documentation says, is shown on its own code in append-batch.library.test.ts of packages/message-log.
 */
import { randomUUID } from 'node:crypto';
import { once, EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { silentLogger, type Logger } from '@chat-app/platform';
import { createKafkaMessageLog } from '@chat-app/message-log/kafka';
import { startPrivateKafka, type PrivateKafka } from '../testing/private-kafka';

const RUNS = Number(process.env['RUNS'] ?? 2);
const PARTITIONS = 12;
const IN_FLIGHT = 200;
const PACE_MS = 10;
const ACKNOWLEDGED_BEFORE = 2_000;
const ACKNOWLEDGED_AFTER = 3_000;
const LONGEST_RUN_MS = 30_000;

type Append = (key: string, value: string) => Promise<void>;

interface Run {
  number: number;
  signal: NodeJS.Signals;
  node: number;
}

interface Outcome {
  acknowledged: number;
  rejected: number;
  missing: number;
  duplicates: number;
}

jest.setTimeout(120_000 + 60_000 * (RUNS + 1));

describe('when the leader of partitions moves', () => {
  let kafka: PrivateKafka;
  let library: Kafka;
  let admin: Admin;

  beforeAll(async () => {
    kafka = await startPrivateKafka();
    library = new Kafka({ brokers: [...kafka.brokers], clientId: 'leader-moves', logLevel: logLevel.NOTHING });
    admin = library.admin();
    await admin.connect();
  });
  afterAll(async () => {
    await admin.disconnect();
    await kafka.release();
  });

  /** Appends over all partitions, stops a broker in the middle, starts it again, and counts. */
  async function lose(run: Run, topic: string, append: Append): Promise<Outcome> {
    const acknowledged = new Set<string>();
    let rejected = 0;
    let enough = Infinity;
    const progress = new EventEmitter();
    const end = Date.now() + LONGEST_RUN_MS;
    const worker = async (): Promise<void> => {
      while (acknowledged.size < enough && Date.now() < end) {
        const value = randomUUID();
        await append(value, value).then(
          () => acknowledged.add(value),
          () => (rejected += 1),
        );
        progress.emit('settled');
        await pause(PACE_MS);
      }
    };
    const workers = Array.from({ length: IN_FLIGHT }, worker);
    while (acknowledged.size < ACKNOWLEDGED_BEFORE) await once(progress, 'settled');
    await kafka.node(run.node).end(run.signal);
    enough = acknowledged.size + ACKNOWLEDGED_AFTER;
    await Promise.all(workers);
    await kafka.startMissing();
    await inSync(topic);
    const written = await readAll(topic);
    const unique = new Set(written);
    return {
      acknowledged: acknowledged.size,
      rejected,
      missing: [...acknowledged].filter((value) => !unique.has(value)).length,
      duplicates: written.length - unique.size,
    };
  }

  async function newTopic(): Promise<string> {
    const topic = `moves-${randomUUID()}`;
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: 3 }],
    });
    await inSync(topic);
    return topic;
  }

  /** Waits until every partition has all its replicas in sync; Kafka tells of it only when asked. */
  async function inSync(topic: string): Promise<void> {
    for (;;) {
      const metadata = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
      const partitions = metadata?.topics[0]?.partitions ?? [];
      if (partitions.length === PARTITIONS && partitions.every(({ isr }) => isr.length === 3)) return;
      await pause(100);
    }
  }

  /** Every value in the topic, up to its present end. */
  async function readAll(topic: string): Promise<string[]> {
    const offsets = await admin.fetchTopicOffsets(topic);
    const left = new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
    for (const { partition, high, low } of offsets) if (high === low) left.delete(partition);
    const values: string[] = [];
    const log = createKafkaMessageLog({
      brokers: kafka.brokers,
      clientId: 'reader',
      logger: silentLogger,
      maxWaitMs: 50,
    });
    try {
      await new Promise<void>((resolve) => {
        if (left.size === 0) resolve();
        log.subscribe({ topic, groupId: randomUUID(), maxBatchRecords: 5_000 }, async ({ partition, records }) => {
          values.push(...records.map(({ value }) => value ?? ''));
          const next = BigInt(records.at(-1)?.offset ?? -1) + 1n;
          if (next >= (left.get(partition) ?? 0n)) left.delete(partition);
          if (left.size === 0) resolve();
        });
      });
    } finally {
      await log.close();
    }
    return values;
  }

  const runs = (count: number): Run[] =>
    Array.from({ length: count }, (_, index) => ({
      number: index + 1,
      signal: index % 2 === 0 ? 'SIGTERM' : 'SIGKILL',
      node: (index % 3) + 1,
    }));

  const report = (who: string, { number, signal, node }: Run, outcome: Outcome, more = ''): void => {
    const { acknowledged, rejected, missing, duplicates } = outcome;
    process.stdout.write(
      `${who} run ${number}, ${signal} to node ${node}: ${acknowledged} acknowledged, ${missing} missing, ` +
        `${rejected} rejected, ${duplicates} duplicates${more}\n`,
    );
  };

  it(`the message log loses nothing that it acknowledged, in ${RUNS} runs`, async () => {
    const outcomes: Outcome[] = [];
    for (const run of runs(RUNS)) {
      const topic = await newTopic();
      let caught = 0;
      const logger: Logger = {
        ...silentLogger,
        child: () => logger,
        warn: (_message, fields) => (caught += Number(fields?.['missing'] ?? 0)),
      };
      const log = createKafkaMessageLog({ brokers: kafka.brokers, clientId: 'writer', logger });
      const outcome = await lose(run, topic, (key, value) => log.append({ topic, key, value, headers: {} })).finally(
        () => log.close(),
      );
      report('message log,', run, outcome, `, ${caught} sent again because the answer left them out`);
      outcomes.push(outcome);
    }
    expect(outcomes.map(({ missing }) => missing)).toEqual(outcomes.map(() => 0));
    for (const { acknowledged } of outcomes) {
      expect(acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_BEFORE + ACKNOWLEDGED_AFTER);
    }
  });

  it('the control, a writer that leaves one record in a hundred out, is found out to the record', async () => {
    const [run] = runs(1) as [Run];
    const topic = await newTopic();
    const log = createKafkaMessageLog({ brokers: kafka.brokers, clientId: 'control', logger: silentLogger });
    let appended = 0;
    let leftOut = 0;
    const append: Append = async (key, value) => {
      appended += 1;
      if (appended % 100 === 0) leftOut += 1;
      else await log.append({ topic, key, value, headers: {} });
    };
    const outcome = await lose(run, topic, append).finally(() => log.close());
    report('control,', run, outcome);
    expect(leftOut).toBeGreaterThan(0);
    expect(outcome.missing).toBe(leftOut);
  });
});
