import { join } from 'node:path';
import { PlatformError, type Logger, silentLogger, type Metrics } from '@chat-app/platform';
import { RESULT_PARSERS, toText, migrate, type MigrationSession, StatementObserver } from '@chat-app/database/adapter';
import type { Database, Migration, Queryable, SqlValue, Statement } from '@chat-app/database';
import { lockDirectory, type DirectoryLock } from './directory-lock';
import { makePrivate, makePrivateDirectory } from './private-files';
import { openPglite, type PGlite, type PgliteSession } from './open-pglite';

/** Folder of the database in the directory of the data. */
const DATA = 'pgdata';

export interface PgliteDatabaseOptions {
  /** Where the data lives; created when missing. Undefined keeps it in memory. */
  directory: string | undefined;
  /** The dump of another, which a database in memory begins as a copy of: that takes less time than to make one. */
  copyOf?: Blob;
  logger?: Logger;
  metrics?: Metrics;
}

/**
 * PostgreSQL inside this process. Durable when `query` or `transaction` resolved: the write-ahead log is in the files
 * before that, and a killed process finds everything again.
 *
 * There is one session: statements and transactions run one after another, in the order they were asked for. A statement
 * of the database itself, asked for and awaited inside a transaction's work, would wait for its own end: use the
 * transaction's. Statements run on the event loop and hold it up.
 * @throws PlatformError illegal_state when another process has the directory, naming both
 */
export async function createPgliteDatabase(options: PgliteDatabaseOptions): Promise<Database> {
  const { directory, copyOf, logger = silentLogger, metrics } = options;
  const lock = directory === undefined ? undefined : lockIn(directory);
  try {
    const pglite = await openPglite(directory === undefined ? undefined : join(directory, DATA), copyOf);
    return new PgliteDatabase(pglite, lock, logger, metrics);
  } catch (thrown) {
    lock?.release();
    throw thrown;
  }
}

function lockIn(directory: string): DirectoryLock {
  makePrivateDirectory(directory, DATA);
  makePrivate(join(directory, DATA));
  return lockDirectory(directory, join(directory, 'pgdata.lock'));
}

const CONVERSION = {
  parsers: Object.fromEntries(RESULT_PARSERS),
  // Parameters are text already; these two of the library's own would refuse it.
  serializers: { 16: (text: string) => text, 17: (text: string) => text },
};

class PgliteDatabase implements Database {
  readonly #pglite: PGlite;
  readonly #lock: DirectoryLock | undefined;
  readonly #logger: Logger;
  readonly #observer: StatementObserver;
  /** Migrations of several services in one process come one after another. */
  #migrating: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(pglite: PGlite, lock: DirectoryLock | undefined, logger: Logger, metrics: Metrics | undefined) {
    this.#pglite = pglite;
    this.#lock = lock;
    this.#logger = logger;
    this.#observer = new StatementObserver(metrics, { 'db.namespace': 'postgres' });
  }

  query<Row extends object>(statement: Statement, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#query(this.#pglite, statement, parameters);
  }

  async transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    let outcome: { result: Result } | undefined;
    let failure: { thrown: unknown } | undefined;
    await this.#observer.run('transaction', () => {
      this.#checkOpen();
      return this.#pglite
        .transaction(async (session) => {
          try {
            outcome = { result: await work({ query: (...call) => this.#query(session, ...call) }) };
          } catch (thrown) {
            failure = { thrown };
            await session.rollback();
          }
        })
        .catch((thrown: unknown) => {
          // What `work` threw is not the database's failure; the rollback that follows it may well report one.
          if (failure === undefined) throw thrown;
        });
    });
    if (failure !== undefined) throw failure.thrown;
    if (outcome === undefined) throw new PlatformError('database_unavailable', 'the transaction did not run');
    return outcome.result;
  }

  migrate(schema: string, migrations: readonly Migration[]): Promise<void> {
    const run = this.#migrating.then(() => migrate(this.#migrationSession(), schema, migrations, this.#logger));
    this.#migrating = run.catch(() => undefined);
    return run;
  }

  async maintain(statement: Statement): Promise<void> {
    await this.query(statement);
  }

  async ping(): Promise<void> {
    await this.query({ name: 'ping', text: 'select 1' });
  }

  close(): Promise<void> {
    this.#closed ??= this.#pglite.close().finally(() => this.#lock?.release());
    return this.#closed;
  }

  #query<Row extends object>(
    session: PgliteSession,
    { name, text }: Statement,
    parameters: readonly SqlValue[] = [],
  ): Promise<Row[]> {
    return this.#observer.run(name, async () => {
      this.#checkOpen();
      return (await session.query<Row>(text, parameters.map(toText), CONVERSION)).rows;
    });
  }

  #migrationSession(): MigrationSession {
    let session: PgliteSession = this.#pglite;
    return {
      query: (...call) => this.#query(session, ...call),
      script: (name, sql) => this.#observer.run(name, async () => void (await session.exec(sql))),
      transaction: (work) =>
        this.#pglite.transaction(async (transaction) => {
          session = transaction;
          try {
            await work();
          } finally {
            session = this.#pglite;
          }
        }),
    };
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new PlatformError('database_unavailable', 'the database was closed');
  }
}
