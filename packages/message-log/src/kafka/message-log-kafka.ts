/**
 * The message log on Kafka, by kafkajs used in the one way that was measured to be safe; each guard is explained where it
 * is. Appends go through one writer per topic (topic-writer.ts), subscriptions are consumers of their own
 * (kafka-subscription.ts, batch-consumer.ts).
 *
 * States: open → closing (appends throw log_closed; handlers in flight may still forward) → closed.
 */
import { PlatformError, isPlatformError, type Logger, type Metrics } from '@chat-app/platform';
import type { BackoffOptions } from '@chat-app/timing';
import { declareLogMetrics, type LogMetrics } from '../adapter/log-metrics';
import type {
  AppendOrder,
  BatchHandler,
  MessageLog,
  OutgoingRecord,
  SubscribeOptions,
  Subscription,
} from '../message-log';
import { checkOrder } from '../adapter/check-order';
import { checkRecordSize, recordBytes } from '../adapter/record-size';
import { BatchConsumer } from './batch-consumer';
import { ensureTopics, type TopicSpecification } from './ensure-topics';
import { rewindGroup, type RewindTarget, type RewoundPartition } from './rewind-group';
import { KafkaSubscription } from './kafka-subscription';
import { kafkaClients, type KafkaClients, type KafkaConnectionOptions } from './kafka-clients';
import { Budget } from './pending-records';
import { TopicWriter } from './topic-writer';
import { Watchdog, type LogHealth } from './watchdog';

export interface KafkaMessageLogOptions extends KafkaConnectionOptions {
  logger: Logger;
  metrics?: Metrics;
  /** A consumer crashed and will not come back: end the process. */
  onFatal?: (error: PlatformError) => void;
  /** From the beginning of a request to that of the next: the first record after a pause does not wait; 2 ms by default. */
  lingerMs?: number;
  /** Maximum records and bytes of one request; 500 and 512 KiB by default. */
  maxBatchRecords?: number;
  maxBatchBytes?: number;
  /** Bounds of what waits for Kafka; 5,000 records and 8 MiB by default. */
  maxQueuedRecords?: number;
  maxQueuedBytes?: number;
  /** Larger records are refused at once; 1,000,000 bytes by default (Kafka's own bound is 1,048,588 with its framing). */
  maxRecordBytes?: number;
  /**
   * Larger records are not forwarded; 2,000,000 bytes by default: what a foreign producer wrote, as large as Kafka takes it,
   * grows by a third where it has to be spelt in base64, and by headers. The topic has to take it (`max.message.bytes`).
   */
  maxForwardedBytes?: number;
  /** From append to log_unavailable; 10 s by default. */
  appendTimeoutMs?: number;
  /** Waits between attempts of a batch whose handler rejects; 100 ms doubling to 5 s by default. */
  backoff?: BackoffOptions;
  /** 30 s and 3 s by default. */
  sessionTimeoutMs?: number;
  heartbeatIntervalMs?: number;
  /** How long a broker holds a fetch that finds nothing; 250 ms by default. */
  maxWaitMs?: number;
  /** Partitions handled side by side by a subscription, whose handler can then deal with all of a fetch together: more than a pod has, since what is held for `gatherMs` takes the place of another; 100 by default. */
  partitionsAtOnce?: number;
  /** A consumer without a sign of life for this long is not healthy; 60 s by default. */
  silenceMs?: number;
  /** How long `close` waits for batches in flight and for what is queued; 15 s by default. */
  closeTimeoutMs?: number;
}

export interface KafkaMessageLog extends MessageLog {
  /** Creates topics that do not exist; for development. */
  ensureTopics(topics: readonly TopicSpecification[]): Promise<void>;
  /**
   * Lets a group without members read a topic again from a moment on; after a restore.
   * @throws PlatformError illegal_state where the group is at work, log_unavailable
   */
  rewindGroup(target: RewindTarget): Promise<readonly RewoundPartition[]>;
  /** For the liveness probe: false when a consumer hangs or has crashed for good, never because Kafka is unavailable. */
  health(): LogHealth;
}

/** Makes a log on Kafka. It connects by itself, when it is first used. */
export function createKafkaMessageLog(options: KafkaMessageLogOptions): KafkaMessageLog {
  return new KafkaLog(options);
}

/** A request to Kafka takes at most kafkajs's attempts times its timeout; what takes longer hangs. */
const HANGING_REQUEST_MS = 30_000;

class KafkaLog implements KafkaMessageLog {
  readonly #clients: KafkaClients;
  readonly #logger: Logger;
  readonly #metrics: LogMetrics;
  readonly #budget: Budget;
  readonly #writers = new Map<string, TopicWriter>();
  readonly #subscriptions = new Map<KafkaSubscription, Watchdog>();
  readonly #maxRecordBytes: number;
  #closed: Promise<void> | undefined;

  constructor(private readonly options: KafkaMessageLogOptions) {
    this.#logger = options.logger.child({ component: 'message-log' });
    this.#clients = kafkaClients(options, this.#logger);
    this.#metrics = declareLogMetrics(options.metrics);
    this.#budget = new Budget(options.maxQueuedRecords ?? 5_000, options.maxQueuedBytes ?? 8 * 1024 * 1024);
    this.#maxRecordBytes = options.maxRecordBytes ?? 1_000_000;
  }

  get queued(): number {
    return this.#budget.records;
  }

  async append(record: OutgoingRecord, order?: AppendOrder): Promise<void> {
    const bytes = recordBytes(record);
    try {
      checkOrder(order);
      if (this.#closed !== undefined) throw new PlatformError('log_closed', 'the log is closed');
      checkRecordSize(record.topic, bytes, this.#maxRecordBytes);
      this.#budget.check(bytes);
    } catch (error) {
      // Before anyone can append the next of its order.
      if (order !== undefined) order.failed = true;
      if (isPlatformError(error)) this.#metrics.appendFailed(error.code);
      throw error;
    }
    return this.#writer(record.topic).append(record, bytes, order);
  }

  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription {
    if (this.#closed !== undefined) throw new PlatformError('log_closed', 'the log is closed');
    const { sessionTimeoutMs = 30_000, heartbeatIntervalMs = 3_000, maxWaitMs = 250 } = this.options;
    const watchdog = new Watchdog(options.groupId, this.options.silenceMs ?? 60_000);
    const batches = new BatchConsumer(options, handler, {
      logger: this.#logger,
      metrics: this.#metrics,
      backoff: this.options.backoff ?? { firstMs: 100, maxMs: 5_000 },
      membershipTimeoutMs: sessionTimeoutMs / 2,
      forward: (records) => this.#forward(records),
      alive: () => watchdog.touch(),
    });
    const { groupId } = options;
    const subscription: KafkaSubscription = new KafkaSubscription(options, {
      consumer: this.#clients.consumer({ groupId, sessionTimeoutMs, heartbeatIntervalMs, maxWaitMs }),
      batches,
      watchdog,
      logger: this.#logger,
      metrics: this.#metrics,
      partitionsAtOnce: this.options.partitionsAtOnce ?? 100,
      closeTimeoutMs: this.options.closeTimeoutMs ?? 15_000,
      onFatal: this.options.onFatal ?? (() => undefined),
      onClosed: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.set(subscription, watchdog);
    return subscription;
  }

  ensureTopics(topics: readonly TopicSpecification[]): Promise<void> {
    return ensureTopics(() => this.#clients.admin(), topics, this.#logger);
  }

  rewindGroup(target: RewindTarget): Promise<readonly RewoundPartition[]> {
    return rewindGroup(() => this.#clients.admin(), target);
  }

  health(): LogHealth {
    for (const watchdog of this.#subscriptions.values()) {
      const health = watchdog.health();
      if (!health.alive) return health;
    }
    return { alive: true };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Past the bound of the queue, which is bounded here by the batches in flight. */
  async #forward(records: readonly OutgoingRecord[]): Promise<void> {
    const sized = records.map((record) => ({ record, bytes: recordBytes(record) }));
    const { maxForwardedBytes = 2_000_000 } = this.options;
    for (const { record, bytes } of sized) checkRecordSize(record.topic, bytes, maxForwardedBytes);
    await Promise.all(sized.map(({ record, bytes }) => this.#writer(record.topic).append(record, bytes)));
  }

  #writer(topic: string): TopicWriter {
    let writer = this.#writers.get(topic);
    if (writer === undefined) {
      const { lingerMs = 2, maxBatchRecords = 500, maxBatchBytes = 512 * 1024 } = this.options;
      writer = new TopicWriter(
        topic,
        {
          lingerMs,
          maxBatchRecords,
          maxBatchBytes,
          appendTimeoutMs: this.options.appendTimeoutMs ?? 10_000,
          requestTimeoutMs: HANGING_REQUEST_MS,
        },
        {
          makeProducer: () => this.#clients.producer(),
          budget: this.#budget,
          logger: this.#logger,
          metrics: this.#metrics,
        },
      );
      this.#writers.set(topic, writer);
    }
    return writer;
  }

  async #close(): Promise<void> {
    // Handlers in flight may still forward: writers close after them.
    await Promise.all([...this.#subscriptions.keys()].map((subscription) => subscription.close()));
    const allowed = this.options.closeTimeoutMs ?? 15_000;
    await Promise.all([...this.#writers.values()].map((writer) => writer.close(allowed)));
  }
}
