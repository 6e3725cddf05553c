import { DEAD_MESSAGE_HEADERS, MESSAGE_HEADERS, MESSAGES_TOPIC } from '@chat-app/protocol';
import type { Database, Queryable } from '@chat-app/database';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { MessageLog, OutgoingRecord } from '@chat-app/message-log';
import { findLastDeadMessage } from './sql/find-last-dead-message';
import { listDeadMessages, type ArchivedMessage } from './sql/list-dead-messages';
import { markRedriven } from './sql/mark-redriven';

/** A message is moved back at most this often. */
const MAX_REDRIVES = 3;
const PAGE = 100;

export interface RedriveOptions {
  /** Only those dead-lettered with this code. */
  code?: string | undefined;
  /** Only those that failed at or after this. */
  since?: Date | undefined;
  /** Only those of this conversation. */
  conversationId?: string | undefined;
  /** Move no more than this many. */
  limit: number;
  /** Say what would be done, do nothing. */
  dryRun: boolean;
  /** Move also what was moved back MAX_REDRIVES times. */
  force: boolean;
}

export interface RedriveCounts {
  /** Moved back to `messages`, or what would have been. */
  redriven: number;
  /** Left, because they were moved back too often. */
  exhausted: number;
  /** Left, because their value is not text, or the log does not take a record of their size. */
  unsendable: number;
}

/**
 * Moves dead messages from the archive back to `messages`, oldest first, with a fresh retry count. Each page is read,
 * appended, then marked: a run that is cut off, or two side by side, append a page twice at most, and the store drops
 * what it has by id. (No transaction is held meanwhile: on an embedded log an append waits for the store.)
 * @throws PlatformError database_unavailable, log_unavailable; what was marked until then stays redriven
 */
export async function redriveMessages(
  { database, log, logger }: { database: Database; log: MessageLog; logger: Logger },
  options: RedriveOptions,
): Promise<RedriveCounts> {
  const counts: RedriveCounts = { redriven: 0, exhausted: 0, unsendable: 0 };
  // What dies again during the run is left to the next one.
  const upTo = await findLastDeadMessage(database);
  let after = 0;
  for (let left = options.limit; left > 0;) {
    const from = after;
    const size = Math.min(PAGE, left);
    const page = await redrivePage(database, log, options, { after: from, upTo, size });
    if (page.last === undefined) break;
    after = page.last;
    left -= page.redriven;
    counts.redriven += page.redriven;
    counts.exhausted += page.exhausted;
    counts.unsendable += page.unsendable;
    logger.info(options.dryRun ? 'would redrive' : 'redriven', { ...counts, up_to: page.last });
  }
  return counts;
}

/** One page: what was done, and the id of the last row looked at. */
interface RedrivePage extends RedriveCounts {
  last: number | undefined;
}

async function redrivePage(
  database: Queryable,
  log: MessageLog,
  options: RedriveOptions,
  range: { after: number; upTo: number; size: number },
): Promise<RedrivePage> {
  const { dryRun, force } = options;
  const rows = await listDeadMessages(database, options, range);
  const sendable = rows.filter((row) => row.headers[DEAD_MESSAGE_HEADERS.valueEncoding] === undefined);
  const chosen = sendable.filter((row) => force || row.redrive_count < MAX_REDRIVES);
  const taken = dryRun ? chosen : await append(log, chosen);
  if (!dryRun && taken.length > 0) {
    await markRedriven(
      database,
      taken.map((row) => row.id),
    );
  }
  return {
    redriven: taken.length,
    exhausted: sendable.length - chosen.length,
    unsendable: rows.length - sendable.length + chosen.length - taken.length,
    last: rows.at(-1)?.id,
  };
}

/** Appends the rows. @returns those that the log took: all but the ones that are too large for it */
async function append(log: MessageLog, rows: readonly ArchivedMessage[]): Promise<readonly ArchivedMessage[]> {
  const taken = await Promise.all(
    rows.map((row) =>
      log.append(toRecord(row)).then(
        () => true,
        (error: unknown) => {
          if (isPlatformError(error, 'log_record_too_large')) return false;
          throw error;
        },
      ),
    ),
  );
  return rows.filter((_, index) => taken[index]);
}

const OWN_HEADERS: readonly string[] = Object.values(DEAD_MESSAGE_HEADERS);

/** The record as it was first accepted, but for its counts: what said why it failed is of the past. */
function toRecord(row: ArchivedMessage): OutgoingRecord {
  const headers = Object.fromEntries(Object.entries(row.headers).filter(([name]) => !OWN_HEADERS.includes(name)));
  return {
    topic: MESSAGES_TOPIC,
    key: row.key,
    value: Buffer.from(row.value).toString('utf8'),
    headers: {
      ...headers,
      [MESSAGE_HEADERS.retryCount]: '0',
      [MESSAGE_HEADERS.redriveCount]: String(row.redrive_count + 1),
    },
  };
}
