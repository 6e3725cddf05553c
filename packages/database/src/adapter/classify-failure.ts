import { types } from 'node:util';
import { PlatformError, type ErrorDetails } from '@chat-app/platform';

/**
 * What a failure of PostgreSQL (or of the way to it) means for the caller: `database_unavailable`, the same statement may
 * succeed later; `database_refused`, it never will with this data. Pure; both adapters use it.
 *
 * The question behind every choice: if this keeps happening, is the message at fault or the world? A message must not be
 * dead-lettered because a password was rotated or a disk is full, so everything that is not plainly about the statement and
 * its data waits.
 *
 * Source: PostgreSQL, appendix A "Error Codes". Messages and details of classes 22, 23 and P0 quote values, so they are
 * never passed on: SQLSTATE, constraint, table and column are.
 */
export type FailureKind = 'unavailable' | 'refused';

/** Classes of SQLSTATE that say nothing about the data. */
const AWAY_CLASSES = new Set([
  '08', // connection exception
  '28', // login refused: a password being rotated
  '3D', // no such database: not created yet
  '40', // transaction rollback: serialization failure, deadlock, completion unknown
  '53', // insufficient resources: too many connections, disk full, out of memory
  '58', // system error outside PostgreSQL: I/O
  '72', // snapshot too old
  'F0', // configuration file error
  'XX', // internal error, corruption; also what poolers in front of PostgreSQL answer with: never the message's fault
]);

const AWAY_STATES = new Set([
  '25006', // read-only: a demoted primary or a standby
  '25P03', // idle in transaction for too long
  '25P04', // transaction took too long
  '26000', // the prepared statement is gone (a pooler, DISCARD ALL): prepared anew it works
  '55006', // object in use
  '55P03', // lock not available in time
  '57014', // cancelled: statement timeout
  '57P01', // terminated by an administrator
  '57P02', // another backend crashed
  '57P03', // starting up, shutting down
  '57P04', // database dropped
  '57P05', // idle session timeout
]);

/** SQLSTATE classes whose text may quote a value. */
const QUOTES_VALUES = new Set(['22', '23', 'P0']);

const ENCODING_ERRORS = new Set(['TypeError', 'RangeError', 'SyntaxError']);

interface DriverError extends Error {
  code?: unknown;
  severity?: unknown;
  constraint?: unknown;
  table?: unknown;
  column?: unknown;
}

/** Also an error of another realm, such as Node's own under Jest. */
const isError = (thrown: unknown): thrown is DriverError => types.isNativeError(thrown);

/** The SQLSTATE PostgreSQL gave, where the failure came from PostgreSQL at all. */
function sqlstateOf(thrown: unknown): string | undefined {
  if (!isError(thrown)) return undefined;
  const { code, severity } = thrown;
  // `EPIPE` looks like a SQLSTATE too; only PostgreSQL's own errors carry a severity.
  return typeof code === 'string' && severity !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether a prepared statement went stale: it works once it is prepared on another connection. */
export function isStaleStatement(thrown: unknown): boolean {
  const sqlstate = sqlstateOf(thrown);
  if (sqlstate === '26000') return true;
  return sqlstate === '0A000' && (thrown as Error).message.startsWith('cached plan must not change');
}

/** Which of the two it is. */
function kindOfFailure(thrown: unknown): FailureKind {
  const sqlstate = sqlstateOf(thrown);
  if (sqlstate === undefined) {
    // No SQLSTATE: the way there failed. Unless the driver could not even encode or decode a value.
    return isError(thrown) && ENCODING_ERRORS.has(thrown.name) ? 'refused' : 'unavailable';
  }
  if (isStaleStatement(thrown)) return 'unavailable';
  return AWAY_CLASSES.has(sqlstate.slice(0, 2)) || AWAY_STATES.has(sqlstate) ? 'unavailable' : 'refused';
}

/**
 * Whether the connection is unusable: it is lost, or leads to a server that will not serve (a demoted primary, one
 * shutting down), or the driver gave up on it in the middle of an answer.
 */
export function endsConnection(thrown: unknown): boolean {
  if (isStaleStatement(thrown)) return true;
  if (thrown instanceof PlatformError || kindOfFailure(thrown) === 'refused') return false;
  const sqlstate = sqlstateOf(thrown);
  return sqlstate === undefined || !/^(40|53[12]|55|57014|58)/.test(sqlstate);
}

/** Translates what a driver threw while running the named statement. A PlatformError passes as it is. */
export function classifyFailure(thrown: unknown, statement: string): PlatformError {
  if (thrown instanceof PlatformError) return thrown;
  const sqlstate = sqlstateOf(thrown);
  const details = { statement, ...(sqlstate !== undefined && { sqlstate }), ...placeOf(thrown) };
  if (kindOfFailure(thrown) === 'unavailable') {
    const message = `the database is unavailable for ${statement}: ${reasonOf(thrown, sqlstate)}`;
    return new PlatformError('database_unavailable', message, details, { cause: thrown });
  }
  const quotesValues = sqlstate !== undefined && QUOTES_VALUES.has(sqlstate.slice(0, 2));
  const constraint = 'constraint' in details ? ` (constraint ${String(details.constraint)})` : '';
  const reason = quotesValues ? `SQLSTATE ${sqlstate}${constraint}` : reasonOf(thrown, sqlstate);
  return new PlatformError('database_refused', `the database refused ${statement}: ${reason}`, details);
}

function reasonOf(thrown: unknown, sqlstate: string | undefined): string {
  if (!isError(thrown)) return 'unknown failure';
  // Where every address of a host refuses, Node throws an AggregateError without a message.
  const { code } = thrown;
  const text = thrown.message !== '' ? thrown.message : typeof code === 'string' ? code : thrown.name;
  return sqlstate === undefined ? text : `${text} (SQLSTATE ${sqlstate})`;
}

function placeOf(thrown: unknown): ErrorDetails {
  if (!isError(thrown)) return {};
  const { constraint, table, column } = thrown;
  return {
    ...(typeof constraint === 'string' && { constraint }),
    ...(typeof table === 'string' && { table }),
    ...(typeof column === 'string' && { column }),
  };
}
