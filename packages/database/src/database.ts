/**
 * Port: PostgreSQL. Parameters are positional ($1 …). Types come back as PostgreSQL's text form would suggest:
 * bigint as number where safe (an id counter beyond 2^53 throws), timestamptz as Date, uuid and numeric as string,
 * jsonb parsed, bytea as Uint8Array, arrays as arrays.
 */
export type SqlValue =
  string | number | boolean | null | Date | Uint8Array | readonly (string | number | boolean | null | Date)[];

/**
 * A named statement: `name` is how metrics and traces know it, from a bounded set; `text` one SQL statement, constant,
 * because it is prepared once per connection and kept.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Where statements run: the database itself or one transaction of it. */
export interface Queryable {
  /**
   * Runs a statement and returns its rows.
   * @throws PlatformError database_unavailable (may be tried again) or database_refused; `details.sqlstate` where
   * PostgreSQL gave one
   */
  query<Row extends object>(statement: Statement, parameters?: readonly SqlValue[]): Promise<Row[]>;
}

/** One numbered migration, forward only. */
export interface Migration {
  /** `001_create_users`: sorts in the order of application, never changes once released. */
  readonly name: string;
  /** May hold several statements; runs in a transaction of its own. */
  readonly sql: string;
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction on one connection; rolls back when it rejects, and rejects with the same error.
   * database_unavailable may mean that it was committed all the same, where the connection was lost at the commit.
   */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  /**
   * Applies what is missing of these migrations, in order, under an advisory lock so that pods starting together do not
   * collide; keeps what it applied in table `migrations` of `schema`, which it creates; ends with ANALYZE of large tables.
   * The search path is `schema` while a migration runs.
   * @throws PlatformError illegal_state for one that was changed after its release or sorts before what is applied
   */
  migrate(schema: string, migrations: readonly Migration[]): Promise<void>;
  /**
   * Runs a statement that takes as long as it takes, on a connection of its own and in no transaction. The signal ends the
   * wait for it; whether the statement itself ends then is not said.
   * @throws PlatformError database_unavailable, database_refused
   */
  maintain(statement: Statement, signal: AbortSignal): Promise<void>;
  /** @throws PlatformError database_unavailable */
  ping(): Promise<void>;
  /** Memoised. */
  close(): Promise<void>;
}
