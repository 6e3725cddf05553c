import type { Database, Queryable } from '@chat-app/database';
import { PlatformError } from '@chat-app/platform';

/** A database whose next statements fail as told; then it works. Statements of transactions do not count. */
export function failing(database: Database, ...failures: Error[]): Database & { calls: number } {
  const query: Queryable['query'] = async (statement, parameters) => {
    wrapped.calls += 1;
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return database.query(statement, parameters);
  };
  const wrapped: Database & { calls: number } = {
    calls: 0,
    query,
    transaction: (work) => database.transaction(work),
    migrate: (schema, migrations) => database.migrate(schema, migrations),
    maintain: (statement, signal) => database.maintain(statement, signal),
    ping: () => database.ping(),
    close: () => database.close(),
  };
  return wrapped;
}

/** What a database says that cannot be reached. */
export const unavailable = (): PlatformError =>
  new PlatformError('database_unavailable', 'the database is unavailable', {});

/** What a database says that refuses a statement. */
export const refused = (sqlstate: string): PlatformError =>
  new PlatformError('database_refused', `SQLSTATE ${sqlstate}`, { sqlstate });
