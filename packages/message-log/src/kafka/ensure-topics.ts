import { type Logger, asError } from '@chat-app/platform';
import { backoffMs, delay } from '@chat-app/timing';
import { appendError } from './map-errors';
import type { Admin } from './kafka-clients';

/** A topic to create where it does not exist. */
export interface TopicSpecification {
  topic: string;
  partitions: number;
  /** The number of brokers by default, at most 3. */
  replicationFactor?: number;
  /** Kafka's topic settings, e.g. `retention.ms`. */
  configuration?: Readonly<Record<string, string>>;
}

const ATTEMPTS = 10;
const BACKOFF = { firstMs: 200, maxMs: 2_000 };

/**
 * Creates the topics that do not exist, for development and tests; in a cluster whoever runs Kafka creates them. Existing
 * topics are left as they are. Waits until each partition has a leader. A broker that has just started refuses for a
 * moment: it is asked several times.
 * @throws PlatformError log_unavailable
 */
export async function ensureTopics(
  makeAdmin: () => Admin,
  topics: readonly TopicSpecification[],
  logger: Logger,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const admin = makeAdmin();
    try {
      await admin.connect();
      return await createMissing(admin, topics);
    } catch (error) {
      if (attempt === ATTEMPTS) throw appendError(error, topics.map(({ topic }) => topic).join(','));
      logger.info('topics cannot be created yet', { attempt, error: asError(error).message });
      await delay(backoffMs(attempt, BACKOFF));
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

async function createMissing(admin: Admin, topics: readonly TopicSpecification[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter(({ topic }) => !existing.has(topic));
  const { brokers } = await admin.describeCluster();
  for (const { topic, partitions, replicationFactor, configuration = {} } of missing) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: replicationFactor ?? Math.min(3, brokers.length),
          configEntries: Object.entries(configuration).map(([name, value]) => ({ name, value })),
        },
      ],
    });
  }
}
