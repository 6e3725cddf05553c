/**
 * Brokers of three are killed with -9 one after the other, by role, and started again after nine seconds, while records are
 * written to every partition and a group of two members handles them. Once every partition has a leader again, handling
 * goes on within ten seconds in all of them, whichever broker went, and nothing that was acknowledged is missing.
 *
 *   npx jest broker-killed --selectProjects failures            each role once
 *   RUNS=4 npx jest broker-killed --selectProjects failures     each role four times
 *   VERBOSE=1                                                   the log of writer and members
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { createLogger, silentLogger, type Logger } from '@chat-app/platform';
import { createKafkaMessageLog, type KafkaMessageLog } from '@chat-app/message-log/kafka';
import { activeController, groupCoordinator } from '../testing/kafka-roles';
import { startPrivateKafka, type PrivateKafka } from '../testing/private-kafka';

const RUNS = Number(process.env['RUNS'] ?? 1);
const VERBOSE = process.env['VERBOSE'] === '1';
const PARTITIONS = 12;
const MEMBERS = 2;
const TICK_MS = 20;
const RECORDS_PER_TICK = 14;
const DOWN_MS = 9_000;
/** How long a run goes on after the broker is back: long enough to see the group settle. */
const AFTER_MS = 10_000;
const LONGEST_STANDSTILL_MS = 10_000;
/** Partitions go back to their preferred leaders soon, so that every node leads some when its turn comes. */
const SETTINGS = { 'leader.imbalance.check.interval.seconds': '5', 'leader.imbalance.per.broker.percentage': '0' };
const LONGEST_ELECTION_MS = 60_000;
const ROLES = ['group coordinator', 'controller', 'leader only'] as const;
type Role = (typeof ROLES)[number];

jest.setTimeout(180_000 + 90_000 * RUNS * ROLES.length);

describe('when one of three brokers is killed under load and started again', () => {
  const topic = 'messages';
  const groupId = 'persistence';
  let kafka: PrivateKafka;
  let admin: Admin;
  let writer: KafkaMessageLog;
  const members: KafkaMessageLog[] = [];
  const acknowledged = new Set<string>();
  const handled = new Set<string>();
  /** When each partition's batches were handled. */
  const times: number[][] = Array.from({ length: PARTITIONS }, () => []);
  let writing = true;
  let written: Promise<void>;

  beforeAll(async () => {
    kafka = await startPrivateKafka({ settings: SETTINGS });
    admin = new Kafka({ brokers: [...kafka.brokers], clientId: 'observer', logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const logger = (name: string): Logger => (VERBOSE ? createLogger({ service: name, level: 'info' }) : silentLogger);
    const connect = (name: string): KafkaMessageLog => {
      return createKafkaMessageLog({ brokers: kafka.brokers, clientId: name, logger: logger(name) });
    };
    writer = connect('writer');
    await writer.ensureTopics([{ topic, partitions: PARTITIONS }]);
    for (let member = 1; member <= MEMBERS; member += 1) {
      const log = connect(`member${member}`);
      members.push(log);
      const subscription = log.subscribe({ topic, groupId, maxBatchRecords: 500 }, async ({ partition, records }) => {
        await pause(5);
        for (const { value } of records) handled.add(value ?? '');
        times[partition]?.push(performance.now());
      });
      await subscription.ready;
    }
    written = write();
    await everyPartitionHandledAfter(performance.now());
  });
  afterAll(async () => {
    writing = false;
    await Promise.all([...members, writer].map((log) => log.close()));
    await written;
    await admin.disconnect();
    await kafka.release();
  });

  async function write(): Promise<void> {
    while (writing) {
      for (let record = 0; record < RECORDS_PER_TICK; record += 1) {
        const value = randomUUID();
        writer.append({ topic, key: value, value, headers: {} }).then(
          () => acknowledged.add(value),
          () => undefined,
        );
      }
      await pause(TICK_MS);
    }
  }

  async function everyPartitionHandledAfter(since: number): Promise<void> {
    while (times.some((one) => (one.at(-1) ?? 0) <= since)) await pause(50);
  }

  async function nodeOf(role: Role): Promise<number> {
    const coordinator = await groupCoordinator(admin, groupId);
    const controller = activeController(kafka.nodeDirectory(1));
    if (role === 'group coordinator') return coordinator;
    if (role === 'controller') return controller;
    return [1, 2, 3].find((node) => node !== coordinator && node !== controller) ?? 1;
  }

  async function ledBy(node: number): Promise<number> {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.filter(({ leader }) => leader === node).length ?? 0;
  }

  async function rolesOf(node: number): Promise<string> {
    const roles = [`leads ${await ledBy(node)} partitions`];
    if ((await groupCoordinator(admin, groupId)) === node) roles.push('group coordinator');
    if (activeController(kafka.nodeDirectory(1)) === node) roles.push('controller');
    return roles.join(', ');
  }

  /** Asks until every partition of both topics is led by a node that lives, with enough replicas in sync. */
  async function everyPartitionLed(dead: number | undefined, inSync: number): Promise<number> {
    const end = Date.now() + LONGEST_ELECTION_MS;
    while (Date.now() < end) {
      const metadata = await admin.fetchTopicMetadata({ topics: [topic, '__consumer_offsets'] }).catch(() => undefined);
      const partitions = metadata?.topics.flatMap((one) => one.partitions) ?? [];
      const led = partitions.every(({ leader, isr }) => leader > 0 && leader !== dead && isr.length >= inSync);
      if (partitions.length > PARTITIONS && led) return performance.now();
      await pause(50);
    }
    throw new Error('partitions have no leaders');
  }

  /** The longest time without a handled batch in any partition since then. */
  function longestStandstill(since: number): { ms: number; partition: number } {
    let longest = { ms: 0, partition: -1 };
    const now = performance.now();
    times.forEach((one, partition) => {
      let last = since;
      for (const at of [...one.filter((time) => time > since), now]) {
        if (at - last > longest.ms) longest = { ms: at - last, partition };
        last = at;
      }
    });
    return longest;
  }

  const kills = Array.from({ length: RUNS }, (_, run) => ROLES.map((role) => ({ role, run: run + 1 }))).flat();

  it.each(kills)('handling goes on within ten seconds of a leader: $role, run $run', async ({ role, run }) => {
    await everyPartitionLed(undefined, 3);
    let node = await nodeOf(role);
    for (; (await ledBy(node)) === 0; node = await nodeOf(role)) await pause(250);
    const roles = await rolesOf(node);
    const killed = performance.now();
    await kafka.node(node).end('SIGKILL');
    const down = pause(DOWN_MS);
    const led = await everyPartitionLed(node, 1);
    await down;
    await kafka.startMissing();
    const back = performance.now();
    await pause(AFTER_MS);
    // Handling may stand still longer than the run: then this waits, and the standstill is measured whole.
    await everyPartitionHandledAfter(back);
    const { ms, partition } = longestStandstill(led);
    const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
    process.stdout.write(
      `${role}, run ${run}: node ${node} (${roles}); leaders after ${seconds(led - killed)}, back after ` +
        `${seconds(back - killed)}; then handling stood still for ${seconds(ms)} at most (partition ${partition})\n`,
    );
    expect(ms).toBeLessThan(LONGEST_STANDSTILL_MS);
  });

  it('every acknowledged record was handled', async () => {
    writing = false;
    await written;
    const missing = (): string[] => [...acknowledged].filter((value) => !handled.has(value));
    while (writer.queued > 0) await pause(50);
    const end = Date.now() + 30_000;
    while (missing().length > 0 && Date.now() < end) await pause(100);
    process.stdout.write(`${acknowledged.size} acknowledged, ${missing().length} missing\n`);
    expect(missing()).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(0);
  });
});
