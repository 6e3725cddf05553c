/**
 * One member of a consumer group, from joining to leaving.
 *
 * States: connecting (tried again until it works) → joining → consuming ⇄ rejoining → closed; or fatal, when kafkajs gives
 * up. A consumer that crashed without restart is never started again in this process (tulios/kafkajs#1122): the owner is
 * told, and ends the process.
 */
import { PlatformError, asError, type Logger } from '@chat-app/platform';
import { backoffMs, delay, withTimeout } from '@chat-app/timing';
import type { LogMetrics } from '../adapter/log-metrics';
import type { SubscribeOptions, Subscription } from '../message-log';
import type { BatchConsumer } from './batch-consumer';
import type { Consumer } from './kafka-clients';
import type { Watchdog } from './watchdog';

export interface SubscriptionHost {
  consumer: Consumer;
  batches: BatchConsumer;
  watchdog: Watchdog;
  logger: Logger;
  metrics: LogMetrics;
  partitionsAtOnce: number;
  closeTimeoutMs: number;
  /** The consumer will not come back: end the process. */
  onFatal: (error: PlatformError) => void;
  onClosed: () => void;
}

const CONNECT_BACKOFF = { firstMs: 200, maxMs: 5_000 };

export class KafkaSubscription implements Subscription {
  readonly ready: Promise<void>;
  readonly #closing = new AbortController();
  readonly #started: Promise<void>;
  #assigned = new Set<number>();
  #joins = 0;
  #closed: Promise<void> | undefined;
  #settleReady: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(
    private readonly options: SubscribeOptions,
    private readonly host: SubscriptionHost,
  ) {
    this.ready = new Promise((resolve, reject) => (this.#settleReady = { resolve, reject }));
    // Whoever awaits it hears of it; nobody has to.
    this.ready.catch(() => undefined);
    this.#observe();
    this.#started = this.#start();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Never rejects. */
  async #start(): Promise<void> {
    const { consumer, batches, logger, partitionsAtOnce } = this.host;
    const { topic, groupId } = this.options;
    for (let failures = 1; !this.#closing.signal.aborted; failures += 1) {
      try {
        await consumer.connect();
        // The default is the end of the log, for a new group and after an offset out of range: that would skip records.
        await consumer.subscribe({ topics: [topic], fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: partitionsAtOnce,
          eachBatch: (payload) => batches.consume(payload),
        });
        return;
      } catch (error) {
        this.host.watchdog.touch();
        logger.warn('cannot subscribe yet', { topic, group: groupId, failures, error: asError(error) });
        await delay(backoffMs(failures, CONNECT_BACKOFF), this.#closing.signal);
      }
    }
  }

  #observe(): void {
    const { consumer, watchdog, metrics, batches } = this.host;
    const { events } = consumer;
    const { groupId } = this.options;
    // A fetch that met a lost broker ends too, but without an answer.
    consumer.on(events.FETCH, () => watchdog.touch());
    consumer.on(events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'Fetch') metrics.fetched(groupId);
    });
    consumer.on(events.HEARTBEAT, () => watchdog.touch());
    consumer.on(events.START_BATCH_PROCESS, () => watchdog.touch());
    consumer.on(events.END_BATCH_PROCESS, () => watchdog.touch());
    consumer.on(events.REBALANCING, () => batches.giveUp());
    consumer.on(events.GROUP_JOIN, ({ payload }) => this.#joined(payload.memberAssignment[this.options.topic] ?? []));
    consumer.on(events.CRASH, ({ payload }) => this.#crashed(payload.error, payload.restart));
  }

  #joined(partitions: readonly number[]): void {
    const { metrics, logger, watchdog, consumer } = this.host;
    const { topic, groupId } = this.options;
    watchdog.touch();
    this.#settleReady?.resolve();
    // kafkajs may finish a join that was under way when it was told to disconnect.
    if (this.#closed !== undefined) return void consumer.disconnect().catch(() => undefined);
    metrics.rebalanced(groupId, this.#joins++ === 0);
    const assigned = new Set(partitions);
    for (const lost of this.#assigned) if (!assigned.has(lost)) metrics.lag({ topic, group: groupId }, lost, 0);
    this.#assigned = assigned;
    logger.info('partitions assigned', { topic, group: groupId, partitions: [...assigned].join(',') });
  }

  #crashed(error: Error, restart: boolean): void {
    const { logger, watchdog, onFatal } = this.host;
    const fields = { topic: this.options.topic, group: this.options.groupId, error };
    watchdog.touch();
    if (restart) return logger.warn('consumer crashed, it restarts', fields);
    if (this.#closed !== undefined) return;
    logger.error('consumer crashed for good', fields);
    watchdog.fatal(error.message);
    onFatal(
      new PlatformError('log_unavailable', `the consumer crashed for good: ${error.message}`, {}, { cause: error }),
    );
  }

  async #close(): Promise<void> {
    const { batches, consumer, closeTimeoutMs, logger } = this.host;
    batches.close();
    this.#closing.abort();
    const left = this.#started
      .then(() => consumer.disconnect())
      .catch((error: unknown) => {
        logger.warn('consumer did not leave cleanly', { group: this.options.groupId, error: asError(error) });
      });
    // The group notices a member that does not leave by its session timeout.
    await withTimeout(closeTimeoutMs, left);
    this.#settleReady?.reject(new PlatformError('log_closed', 'the subscription was closed before it joined'));
    this.host.onClosed();
  }
}
