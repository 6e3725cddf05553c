import { MESSAGE_HEADERS } from '@chat-app/protocol';
import type { BatchHandler, RecordBatch } from '@chat-app/message-log';
import { inSpan } from '@chat-app/platform';
import { archiveDeadMessages } from './archive-dead-messages';
import { deadLetter, readCount, type Destination } from './dead-letter';
import { decodeBatch, type BadRecord } from './decode-batch';
import { BatchStorer, type StoreBatchDependencies } from './store-batch';
import { describeBatch } from './trace-batch';

/**
 * The consumer of `messages`. A batch is done when each of its records is stored, or forwarded to be tried again, or
 * forwarded to the dead messages; only then does the handler resolve and the log commit.
 */
export class MessageConsumer {
  readonly #dependencies: StoreBatchDependencies;
  readonly #storer: BatchStorer;
  readonly #archive: BatchHandler;

  constructor(dependencies: StoreBatchDependencies) {
    this.#dependencies = dependencies;
    this.#storer = new BatchStorer(dependencies);
    this.#archive = archiveDeadMessages(dependencies);
  }

  /** Handles one batch. @throws when the batch must come again */
  readonly handle = async (batch: RecordBatch): Promise<void> => {
    this.#dependencies.metrics.batchRecords.observe(batch.records.length);
    await inSpan('store-events', { kind: 'consumer', ...describeBatch(batch) }, async () => {
      const { incoming, bad } = decodeBatch(batch.records);
      await this.#deadLetter(batch, [...bad, ...(await this.#storer.store(batch, incoming))]);
    });
  };

  async #deadLetter(batch: RecordBatch, bad: readonly BadRecord[]): Promise<void> {
    const destinations = await deadLetter(batch, bad, this.#dependencies.settings.maxRetryValue, this.#archive);
    destinations.forEach((destination, index) => {
      const one = bad[index];
      if (one !== undefined) this.#report(one, destination);
    });
  }

  #report({ record, code, reason }: BadRecord, { to, archivedOnly }: Destination): void {
    const { logger, metrics } = this.#dependencies;
    metrics.deadLettered.inc({ to, code });
    metrics.messages.inc({ outcome: to });
    if (!readCount(record.headers[MESSAGE_HEADERS.retryCount]).readable) metrics.badHeaders.inc();
    const { topic, partition, offset, key } = record;
    const fields = { to, code, reason, topic, partition, offset, key, ...(archivedOnly && { too_large: true }) };
    logger.warn('a message could not be stored', fields);
  }
}
