import type { Logger, LogLevel } from '@chat-app/platform';

/** A line of kafkajs. Levels: ERROR 1, WARN 2, INFO 4, DEBUG 5. */
export interface LibraryEntry {
  level: number;
  namespace: string;
  log: Readonly<Record<string, unknown>> & { readonly message: string };
}

/** Said by our own log lines, or too long for a line that is not an error. */
const OWN_FIELDS = new Set(['message', 'timestamp', 'logger', 'stack']);

/** What belongs to a group's ordinary life, although kafkajs calls it an error. */
const ORDINARY = /rebalanc|rejoin|re-joining|coordinator is loading|not aware of this member/i;

/**
 * kafkajs says ERROR of what it is about to try again. Whether something failed is decided, and logged as an error, by
 * this adapter; the library's own lines are at most warnings, and those of a rebalance are information.
 */
export function levelOf({ level, log }: LibraryEntry): LogLevel {
  if (level > 2) return 'debug';
  const text = `${log.message} ${typeof log['error'] === 'string' ? log['error'] : ''}`;
  return ORDINARY.test(text) ? 'info' : 'warn';
}

/** Writes kafkajs's lines to our log. */
export function libraryLog(logger: Logger): (entry: LibraryEntry) => void {
  return (entry) => {
    const fields = Object.entries(entry.log).filter(([name]) => !OWN_FIELDS.has(name));
    logger[levelOf(entry)](`kafkajs: ${entry.log.message}`, {
      ...Object.fromEntries(fields),
      namespace: entry.namespace,
    });
  };
}
