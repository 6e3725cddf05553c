import { DEAD_MESSAGE_HEADERS, isDeadMessageCode, isUuid, MESSAGE_HEADERS } from '@chat-app/protocol';
import type { Database } from '@chat-app/database';
import type { LogRecord, RecordBatch } from '@chat-app/message-log';
import type { Logger } from '@chat-app/platform';
import type { PersistenceMetrics } from '../metrics';
import { RetryDelay } from './retry-delay';
import { decodeValue } from './record-value';
import { readCount } from './dead-letter';
import { insertDeadMessages, type DeadMessage } from './sql/insert-dead-messages';

export interface ArchiveDependencies {
  database: Database;
  metrics: PersistenceMetrics;
  logger: Logger;
}

/**
 * The consumer of `dead-messages`: writes them into the table `dead_messages`, where an operator can ask why with SQL and
 * from where the redrive takes them. Idempotent by where a message failed. Nothing is dropped: while the table cannot be
 * written, for whatever reason, the batch waits.
 */
export function archiveDeadMessages({ database, metrics, logger }: ArchiveDependencies) {
  return async function handle(batch: RecordBatch): Promise<void> {
    const delay = new RetryDelay(batch);
    for (;;) {
      try {
        const archived = await insertDeadMessages(database, batch.records.map(toDeadMessage));
        for (const { code, count } of archived) metrics.archived.inc({ code: codeLabel(code) }, count);
        return;
      } catch (error) {
        batch.signal.throwIfAborted();
        const { topic, partition } = batch;
        logger.warn('dead messages wait for the database', { topic, partition, waits: delay.waits, error });
        await delay.wait();
      }
    }
  };
}

/** Ours are short words or SQLSTATEs; a producer of others may write anything into its headers, a label may not. */
function codeLabel(code: string): string {
  return isDeadMessageCode(code) || /^[0-9A-Z]{5}$/.test(code) ? code : 'other';
}

/** A record without our headers counts as failed where it stands. */
function toDeadMessage(record: LogRecord): DeadMessage {
  const { headers } = record;
  const partition = headers[DEAD_MESSAGE_HEADERS.sourcePartition] ?? '';
  const offset = headers[DEAD_MESSAGE_HEADERS.sourceOffset] ?? '';
  const known = /^\d{1,9}$/.test(partition) && /^\d{1,18}$/.test(offset);
  const { messageId, conversationId } = idsOf(record.value);
  const failedAt = Date.parse(headers[DEAD_MESSAGE_HEADERS.failedAt] ?? '');
  return {
    sourceTopic: storable((known ? headers[DEAD_MESSAGE_HEADERS.sourceTopic] : undefined) ?? record.topic),
    sourcePartition: known ? Number(partition) : record.partition,
    sourceOffset: known ? offset : record.offset,
    redriveCount: readCount(headers[MESSAGE_HEADERS.redriveCount]).count,
    key: storable(record.key ?? ''),
    value: decodeValue(record),
    headers: Object.fromEntries(Object.entries(headers).map((pair) => pair.map(storable) as [string, string])),
    code: storable(headers[DEAD_MESSAGE_HEADERS.errorCode] ?? 'unknown'),
    error: storable(headers[DEAD_MESSAGE_HEADERS.error] ?? ''),
    messageId,
    conversationId,
    failedAt: new Date(Number.isNaN(failedAt) ? record.timestampMs : failedAt),
  };
}

/** The ids in a record's value, of whatever kind it is: an operator finds it by them. Undefined what cannot be read. */
function idsOf(value: string | null): { messageId: string | undefined; conversationId: string | undefined } {
  const { message_id, event_id = message_id, conversation_id } = fieldsOf(value);
  return { messageId: uuidOf(event_id), conversationId: uuidOf(conversation_id) };
}

function fieldsOf(value: string | null): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(value ?? '');
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function uuidOf(value: unknown): string | undefined {
  return typeof value === 'string' && isUuid(value) ? value : undefined;
}

/** PostgreSQL holds neither U+0000 nor lone surrogates in texts. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}
