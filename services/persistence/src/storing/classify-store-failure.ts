import { asError, isPlatformError } from '@chat-app/platform';

/**
 * SQLSTATE classes that speak of the data of a statement: data exception, integrity constraint, check option, program
 * limit (a value too long for an index), an error raised by a trigger, an internal error on this very row.
 */
const DATA_CLASSES: readonly string[] = ['22', '23', '44', '54', 'P0', 'XX'];

/** Whose fault a failed store is. */
export type FailureClass = { fault: 'message'; code: string } | { fault: 'database'; code: string };

/**
 * Whether the messages are to blame for a failure, or the database. A refusal that is not about data (a missing table, a
 * revoked privilege) would meet every message alike: dead-lettering all of them would help nobody, so it is waited out like
 * an outage. @throws the error where it is no failure of the database at all
 */
export function classifyStoreFailure(error: unknown): FailureClass {
  if (!isPlatformError(error)) throw asError(error);
  const sqlstate = error.details['sqlstate'];
  const code = typeof sqlstate === 'string' ? sqlstate : error.code;
  if (isPlatformError(error, 'database_unavailable')) return { fault: 'database', code };
  if (!isPlatformError(error, 'database_refused')) throw asError(error);
  if (typeof sqlstate !== 'string') return { fault: 'message', code };
  return DATA_CLASSES.includes(sqlstate.slice(0, 2)) ? { fault: 'message', code } : { fault: 'database', code };
}
