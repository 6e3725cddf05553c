import { MESSAGE_HEADERS } from '@chat-app/protocol';
import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { RecordBatch } from '@chat-app/message-log';
import { asError, inSpan, startSpan, type Logger, type SpanHandle } from '@chat-app/platform';
import { announceStored } from './announce-stored';
import { archiveDeadMessages } from './archive-dead-messages';
import type { PersistenceSettings } from '../configuration';
import { decodeBatch, nonRetryable, type BadRecord, type Incoming } from './decode-batch';
import { classifyFailure } from './classify-failure';
import type { PersistenceMetrics } from '../metrics';
import { RetryDelay } from './retry-delay';
import { readCount, deadLetter } from './dead-letter';
import { projectionOf } from './projections';
import { storeEvents, type StoreOutcome } from './store-events';

/** A store call aims to write at most this many inbox entries, so that a large group does not make a huge transaction. */
const ENTRIES_PER_CALL = 20_000;
/** OpenTelemetry keeps this many links of a span. */
const MAX_LINKS = 128;
const SAMPLED = /-[0-9a-f][13579bdf]$/;
const REASONS = {
  not_a_member: 'the sender is not a member of the conversation',
  unknown_conversation: 'there is no such group',
} as const;

export interface ConsumeMessagesDependencies {
  database: Database;
  fanout: Fanout;
  settings: PersistenceSettings;
  metrics: PersistenceMetrics;
  logger: Logger;
}

/**
 * The consumer of `messages`. A batch is done when each of its records is stored, or forwarded to be tried again, or
 * forwarded to the dead messages; only then does the handler resolve and the log commit.
 *
 * A part of a batch that the database refuses for its data is halved until the bad message stands alone: its neighbours
 * are stored once. While the database is away a part waits in place. Batches of several partitions run side by side; the
 * only state between batches is the size of a call.
 */
export class MessageConsumer {
  readonly #dependencies: ConsumeMessagesDependencies;
  /** Inbox entries per message, as of late. */
  #fanOut = 2;

  constructor(dependencies: ConsumeMessagesDependencies) {
    this.#dependencies = dependencies;
  }

  /** Handles one batch. @throws when the batch must come again */
  readonly handle = async (batch: RecordBatch): Promise<void> => {
    const { metrics } = this.#dependencies;
    metrics.batchRecords.observe(batch.records.length);
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': batch.topic,
      'messaging.destination.partition.id': String(batch.partition),
      'messaging.batch.message_count': batch.records.length,
    };
    await inSpan('store-events', { kind: 'consumer', attributes, links: linksOf(batch) }, () => this.#work(batch));
  };

  async #work(batch: RecordBatch): Promise<void> {
    const { incoming, bad } = decodeBatch(batch.records);
    const delay = new RetryDelay(batch);
    let at = 0;
    while (at < incoming.length) {
      const part = incoming.slice(at, at + this.#callSize());
      at += part.length;
      bad.push(...(await this.#storeParts(batch, part, delay)));
    }
    await this.#deadLetter(batch, bad);
  }

  /** Stores a part of a batch, in smaller parts where it must. Answers what could not be stored. */
  async #storeParts(batch: RecordBatch, whole: readonly Incoming[], delay: RetryDelay): Promise<readonly BadRecord[]> {
    const bad: BadRecord[] = [];
    const parts: (readonly Incoming[])[] = [whole];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      batch.signal.throwIfAborted();
      try {
        bad.push(...(await this.#storePart(part)));
        delay.succeeded();
        await batch.heartbeat();
      } catch (thrown) {
        batch.signal.throwIfAborted();
        const failure = classifyFailure(thrown);
        const outage = failure.fault === 'database' && this.#dependencies.settings.onDatabaseOutage === 'wait';
        if (outage) {
          await this.#waitForDatabase(batch, thrown, delay);
          // Should the size be what it cannot bear, the second try is smaller.
          parts.push(...(delay.waits > 1 ? halves(part) : [part]));
        } else if (failure.fault === 'message' && part.length > 1) {
          parts.push(...halves(part));
        } else {
          const reason = asError(thrown).message;
          bad.push(...part.map(({ record }) => ({ record, code: failure.code, reason, retryable: true })));
        }
      }
    }
    return bad;
  }

  /** One store call and the notices about it. */
  async #storePart(part: readonly Incoming[]): Promise<BadRecord[]> {
    const { database, fanout, metrics } = this.#dependencies;
    const spans = part.map(({ record }) => messageSpan(record.headers[MESSAGE_HEADERS.traceparent]));
    const began = performance.now();
    try {
      const outcomes = await storeEvents(database, part);
      metrics.storeSeconds.observe((performance.now() - began) / 1_000);
      this.#count(part, outcomes);
      const placed = part.flatMap(({ kind, value }, index) => {
        const outcome = outcomes[index];
        return outcome === undefined ? [] : [{ kind, value, outcome }];
      });
      const lost = await announceStored(fanout, placed);
      if (lost > 0) metrics.lostNotices.inc({}, lost);
      return part.flatMap(({ record }, index) => {
        const outcome = outcomes[index]?.outcome;
        return outcome === 'not_a_member' || outcome === 'unknown_conversation'
          ? [nonRetryable(record, outcome, REASONS[outcome])]
          : [];
      });
    } catch (thrown) {
      for (const span of spans) span?.fail(thrown);
      throw thrown;
    } finally {
      for (const span of spans) span?.end();
    }
  }

  async #waitForDatabase(batch: RecordBatch, error: unknown, delay: RetryDelay): Promise<void> {
    const { logger, metrics } = this.#dependencies;
    const { topic, partition } = batch;
    logger.warn('a batch waits for the database', { topic, partition, waits: delay.waits, error });
    metrics.databaseWaits.inc();
    metrics.waiting.inc();
    try {
      await delay.wait();
    } finally {
      metrics.waiting.dec();
    }
  }

  async #deadLetter(batch: RecordBatch, bad: readonly BadRecord[]): Promise<void> {
    const { logger, metrics, settings } = this.#dependencies;
    const archive = archiveDeadMessages(this.#dependencies);
    const destinations = await deadLetter(batch, bad, settings.maxRetryValue, archive);
    destinations.forEach(({ to, archivedOnly }, index) => {
      const one = bad[index];
      if (one === undefined) return;
      metrics.deadLettered.inc({ to, code: one.code });
      metrics.messages.inc({ outcome: to });
      if (!readCount(one.record.headers[MESSAGE_HEADERS.retryCount]).readable) metrics.badHeaders.inc();
      const { topic, partition, offset, key } = one.record;
      const { code, reason } = one;
      const fields = { to, code, reason, topic, partition, offset, key, ...(archivedOnly && { too_large: true }) };
      logger.warn('a message could not be stored', fields);
    });
  }

  #count(part: readonly Incoming[], outcomes: readonly StoreOutcome[]): void {
    const { metrics } = this.#dependencies;
    const now = Date.now();
    let stored = 0;
    let entries = 0;
    outcomes.forEach(({ outcome, seqs }, index) => {
      if (outcome !== 'stored') return;
      stored += 1;
      entries += seqs.length;
      const event = part[index];
      if (event === undefined) return;
      const { at } = projectionOf(event.kind).toRow(event.value);
      metrics.delaySeconds.observe(Math.max(0, now - Date.parse(at)) / 1_000);
    });
    const duplicates = outcomes.filter(({ outcome }) => outcome === 'duplicate').length;
    if (stored > 0) metrics.messages.inc({ outcome: 'stored' }, stored);
    if (duplicates > 0) metrics.messages.inc({ outcome: 'duplicate' }, duplicates);
    if (entries > 0) metrics.entries.inc({}, entries);
    if (stored > 0) this.#fanOut = entries / stored;
  }

  #callSize(): number {
    const { batchRecords } = this.#dependencies.settings;
    return Math.min(batchRecords, Math.max(1, Math.floor(ENTRIES_PER_CALL / Math.max(1, this.#fanOut))));
  }
}

/** The two halves of a part, the first on top of the stack, so that order is kept. */
function halves(part: readonly Incoming[]): (readonly Incoming[])[] {
  if (part.length < 2) return [part];
  const middle = Math.ceil(part.length / 2);
  return [part.slice(middle), part.slice(0, middle)];
}

/** The span that shows the store in the message's own trace. */
function messageSpan(traceparent: string | undefined): SpanHandle | undefined {
  if (traceparent === undefined || !SAMPLED.test(traceparent)) return undefined;
  return startSpan('store-message', { kind: 'consumer', parent: traceparent });
}

function linksOf(batch: RecordBatch): string[] {
  const links: string[] = [];
  for (const { headers } of batch.records) {
    const traceparent = headers[MESSAGE_HEADERS.traceparent];
    if (traceparent !== undefined && links.length < MAX_LINKS) links.push(traceparent);
  }
  return links;
}
