import type { RecordBatch } from '@chat-app/message-log';
import { asError, type Logger } from '@chat-app/platform';
import type { PersistenceSettings } from '../configuration';
import { classifyStoreFailure } from './classify-store-failure';
import type { BadRecord, Incoming } from './decode-batch';
import { projectionOf } from './projections';
import { RetryDelay } from './retry-delay';
import type { StorePartDependencies } from './store-part';
import { CallGatherer } from './store-together';

/** A store call aims to write at most this many inbox entries, so that a large group does not make a huge transaction. */
const ENTRIES_PER_CALL = 20_000;

export interface StoreBatchDependencies extends StorePartDependencies {
  settings: PersistenceSettings;
  logger: Logger;
}

/**
 * Stores batches in calls of a size that the database bears. A part that it refuses for its data is halved until the bad
 * message stands alone: its neighbours are stored once. During an outage of the database a part waits in place.
 *
 * Batches of several partitions run side by side; the only state between them is the size of a call, and the calls that they
 * share.
 */
export class BatchStorer {
  readonly #dependencies: StoreBatchDependencies;
  readonly #calls: CallGatherer;
  /** Inbox entries per message, as of late. */
  #fanOut = 2;

  constructor(dependencies: StoreBatchDependencies) {
    this.#dependencies = dependencies;
    this.#calls = new CallGatherer(dependencies, () => this.#callSize());
  }

  /** Answers what could not be stored. @throws when the batch must come again */
  async store(batch: RecordBatch, incoming: readonly Incoming[]): Promise<readonly BadRecord[]> {
    const bad: BadRecord[] = [];
    const delay = new RetryDelay(batch);
    for (const turn of inTurns(incoming)) {
      for (let at = 0; at < turn.length;) {
        const part = turn.slice(at, at + this.#callSize());
        at += part.length;
        bad.push(...(await this.#storeInParts(batch, part, delay)));
      }
    }
    return bad;
  }

  /** Stores a part of a batch, in smaller parts where it must. */
  async #storeInParts(batch: RecordBatch, whole: readonly Incoming[], delay: RetryDelay): Promise<BadRecord[]> {
    const bad: BadRecord[] = [];
    const parts: (readonly Incoming[])[] = [whole];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      batch.signal.throwIfAborted();
      try {
        const { bad: refused, stored, entries } = await this.#calls.store(part);
        bad.push(...refused);
        if (stored > 0) this.#fanOut = entries / stored;
        delay.succeeded();
        await batch.heartbeat();
      } catch (thrown) {
        batch.signal.throwIfAborted();
        const failure = classifyStoreFailure(thrown);
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

  #callSize(): number {
    const { batchRecords } = this.#dependencies.settings;
    return Math.min(batchRecords, Math.max(1, Math.floor(ENTRIES_PER_CALL / Math.max(1, this.#fanOut))));
  }
}

/** What is about a message is stored after the others: then the message is there. */
function inTurns(incoming: readonly Incoming[]): (readonly Incoming[])[] {
  const isAboutMessage = ({ kind }: Incoming): boolean => projectionOf(kind).isAboutMessage === true;
  if (!incoming.some(isAboutMessage)) return [incoming];
  return [incoming.filter((one) => !isAboutMessage(one)), incoming.filter(isAboutMessage)];
}

/** The two halves of a part, the first on top of the stack, so that order is kept. */
function halves(part: readonly Incoming[]): (readonly Incoming[])[] {
  if (part.length < 2) return [part];
  const middle = Math.ceil(part.length / 2);
  return [part.slice(middle), part.slice(0, middle)];
}
