/**
 * What happens to the batches that kafkajs fetches: they are cut to the size asked for and handed over in order; after
 * the handler the offset is committed explicitly; a rejecting handler gets the same records again, in place, for as long
 * as the partition is ours.
 *
 * Nothing is thrown to kafkajs: an error that looks like a programming error (TypeError, RangeError, …) would stop its
 * consumer for ever while the process lives on. A batch that is given up is simply not resolved, so it is fetched again,
 * by whoever owns the partition then.
 *
 * kafkajs fetches on when all batches of a fetch are resolved: a batch that is held back for `gatherMs` lets the next fetch find
 * more. It is committed before.
 *
 * Concurrency: `consume` runs for several partitions at once, for one partition once at a time.
 */
import { type Logger, asError } from '@chat-app/platform';
import { backoffMs, delay, type BackoffOptions } from '@chat-app/timing';
import type { ConsumerLabels, LogMetrics } from '../adapter/log-metrics';
import type { BatchHandler, LogRecord, OutgoingRecord, SubscribeOptions } from '../message-log';
import { OffsetCommits } from './commit-offsets';
import type { EachBatchPayload } from './kafka-clients';
import { isMembershipLost } from './map-errors';
import { toLogRecord } from './to-log-record';

export interface BatchConsumerHost {
  logger: Logger;
  metrics: LogMetrics;
  backoff: BackoffOptions;
  /** Failing heartbeats for this long: the group has, or soon will have, given our partitions away. */
  membershipTimeoutMs: number;
  forward: (records: readonly OutgoingRecord[]) => Promise<void>;
  /** Called at each sign of life. */
  alive: () => void;
}

/** Longest wait without a heartbeat. */
const HEARTBEAT_EVERY_MS = 1_000;
const COMMIT_ATTEMPTS = 3;
const COMMIT_BACKOFF = { firstMs: 100, maxMs: 1_000 };

/** One call of kafkajs's eachBatch. */
interface InFlight {
  payload: EachBatchPayload;
  labels: ConsumerLabels;
  /** Aborted when the batch should be given up. */
  signal: AbortSignal;
  lastHeartbeat: number;
}

export class BatchConsumer {
  readonly #inFlight = new Set<AbortController>();
  readonly #commits: OffsetCommits;
  #closing = false;

  constructor(
    private readonly options: SubscribeOptions,
    private readonly handler: BatchHandler,
    private readonly host: BatchConsumerHost,
  ) {
    this.#commits = new OffsetCommits(options.topic);
  }

  /** Lets batches in flight finish or give up; begins no further one. */
  close(): void {
    this.#closing = true;
    this.giveUp();
  }

  /** The partitions may no longer be ours. */
  giveUp(): void {
    for (const controller of this.#inFlight) controller.abort();
  }

  /** kafkajs's `eachBatch`. Never rejects. */
  async consume(payload: EachBatchPayload): Promise<void> {
    if (this.#closing) return;
    const controller = new AbortController();
    const { signal } = controller;
    const cameAt = performance.now();
    this.#inFlight.add(controller);
    try {
      const labels = { topic: payload.batch.topic, group: this.options.groupId };
      await this.#consumeAll({ payload, labels, signal, lastHeartbeat: performance.now() });
      const left = cameAt + (this.options.gatherMs ?? 0) - performance.now();
      if (left > 0) await delay(left, signal);
    } catch (error) {
      this.host.logger.error('batch abandoned', { error: asError(error) });
    } finally {
      this.#inFlight.delete(controller);
    }
  }

  async #consumeAll(inFlight: InFlight): Promise<void> {
    const { batch } = inFlight.payload;
    const { maxBatchRecords } = this.options;
    const { metrics } = this.host;
    for (let from = 0; from < batch.messages.length && this.#ours(inFlight); from += maxBatchRecords) {
      const messages = batch.messages.slice(from, from + maxBatchRecords);
      const records = messages.map((message) => toLogRecord(batch.topic, batch.partition, message));
      metrics.inFlight(inFlight.labels, batch.partition, records[0]?.timestampMs);
      const handled = await this.#handle(records, inFlight);
      metrics.inFlight(inFlight.labels, batch.partition, undefined);
      if (!handled) return;
      await this.#commit(records, inFlight);
      await this.#heartbeat(inFlight);
    }
  }

  #ours({ payload, signal }: InFlight): boolean {
    return !signal.aborted && payload.isRunning() && !payload.isStale();
  }

  /** @returns whether the handler resolved; false when the batch was given up */
  async #handle(records: readonly LogRecord[], inFlight: InFlight): Promise<boolean> {
    const { labels, payload, signal } = inFlight;
    for (let failures = 1; ; failures += 1) {
      const from = performance.now();
      const seconds = (): number => (performance.now() - from) / 1000;
      try {
        await this.handler({
          topic: labels.topic,
          partition: payload.batch.partition,
          records,
          signal,
          heartbeat: () => this.#heartbeat(inFlight),
          forward: this.host.forward,
        });
        this.host.metrics.handled(labels, records.length, seconds(), 'stored');
        return true;
      } catch (thrown) {
        this.host.metrics.handled(labels, records.length, seconds(), 'failed');
        const fields = { ...labels, partition: payload.batch.partition, offset: records[0]?.offset, failures };
        this.host.logger.warn('batch failed', { ...fields, records: records.length, error: asError(thrown) });
      }
      await this.#waitAlive(backoffMs(failures, this.host.backoff), inFlight);
      if (!this.#ours(inFlight)) return false;
    }
  }

  /** Waits with heartbeats; ends early when the batch is to be given up. */
  async #waitAlive(ms: number, inFlight: InFlight): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; left > 0 && this.#ours(inFlight); left = end - performance.now()) {
      await delay(Math.min(left, HEARTBEAT_EVERY_MS), inFlight.signal);
      await this.#heartbeat(inFlight);
    }
  }

  /** Never rejects: the batch's signal says when the membership is lost. */
  async #heartbeat(inFlight: InFlight): Promise<void> {
    this.host.alive();
    try {
      await inFlight.payload.heartbeat();
      inFlight.lastHeartbeat = performance.now();
    } catch (error) {
      const silence = performance.now() - inFlight.lastHeartbeat;
      this.host.logger.debug('heartbeat failed', { ...inFlight.labels, silence_ms: silence, error });
      if (isMembershipLost(error) || silence > this.host.membershipTimeoutMs) this.giveUp();
    }
  }

  /** A commit that fails is made good by the next one, or the records come again: handlers are idempotent. */
  async #commit(records: readonly LogRecord[], { payload, labels }: InFlight): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const { batch } = payload;
    payload.resolveOffset(last.offset);
    const next = (BigInt(last.offset) + 1n).toString();
    for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt += 1) {
      try {
        await this.#commits.commit(payload, batch.partition, next);
        break;
      } catch (error) {
        this.host.logger.warn('offset commit failed', { ...labels, partition: batch.partition, attempt, error });
        if (isMembershipLost(error)) return this.giveUp();
        if (attempt < COMMIT_ATTEMPTS) await delay(backoffMs(attempt, COMMIT_BACKOFF));
      }
    }
    this.host.metrics.lag(labels, batch.partition, Number(BigInt(batch.highWatermark) - BigInt(next)));
  }
}
