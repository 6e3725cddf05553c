import { Client, Pool, type ClientConfig, type PoolClient } from 'pg';
import {
  type Configuration,
  isPlatformError,
  PlatformError,
  type Logger,
  type Histogram,
  type Metrics,
} from '@chat-app/platform';
import { withTimeout } from '@chat-app/timing';
import { Availability } from './availability';
import { endsConnection, isStaleStatement } from '../adapter/classify-failure';
import type { Database, Migration, Queryable, SqlValue, Statement } from '../database';
import { migrate } from '../adapter/migrate';
import { StatementObserver } from '../adapter/observe-statement';
import type { PostgresAddress } from './postgres-address';
import {
  addressOf,
  clientConfig,
  POSTGRES_TIMEOUTS,
  type PostgresDatabaseOptions,
  type PostgresTimeouts,
} from './postgres-options';
import { PostgresSession, run } from './postgres-session';
import type { postgresVariables } from './postgres-variables';

export type { PostgresDatabaseOptions, PostgresTimeouts } from './postgres-options';

/** Connections leave a demoted primary within this time, and take up rotated credentials. */
const MAX_LIFETIME_S = 300;
const CLOSE_MS = 5_000;
/** Pods that start together wait for the one that migrates. */
const MIGRATION_LOCK_MS = 300_000;

/**
 * PostgreSQL through a pool of connections. Nothing is connected before the first call. Statements are prepared once per
 * connection, so `Statement.text` is to be constant; one that went stale on its connection (a changed result type, a
 * pooler) is run again on another.
 * @throws PlatformError configuration_invalid
 */
export function createPostgresDatabase(options: PostgresDatabaseOptions): Database {
  return new PostgresDatabase(options);
}

/** Makes the adapter from the variables of the group `postgresVariables`. @throws PlatformError configuration_invalid */
export function postgresFromConfiguration(
  configuration: Configuration<typeof postgresVariables>,
  context: { applicationName: string; logger: Logger; metrics: Metrics },
): Database {
  return createPostgresDatabase({
    url: configuration.DATABASE_URL,
    host: configuration.DATABASE_HOST,
    port: configuration.DATABASE_PORT,
    database: configuration.DATABASE_NAME,
    user: configuration.DATABASE_USER,
    password: configuration.DATABASE_PASSWORD,
    tlsCaFile: configuration.DATABASE_TLS_CA_FILE,
    poolSize: configuration.DATABASE_POOL_SIZE,
    ...context,
  });
}

/** Between the processes of one machine there is no network to listen on. */
function warnWithoutTls({ host, tls }: PostgresAddress, { tlsCaFile, logger }: PostgresDatabaseOptions): void {
  if (tls || tlsCaFile !== undefined || /^(localhost$|127(\.\d{1,3}){3}$|::1$|\/)/.test(host)) return;
  const remedy = 'set DATABASE_TLS_CA_FILE, or sslmode=verify-full in DATABASE_URL';
  logger.warn(`PostgreSQL is spoken to without TLS: everything stored crosses the network in the clear; ${remedy}`);
}

class PostgresDatabase implements Database {
  readonly #config: ClientConfig;
  readonly #timeouts: PostgresTimeouts;
  readonly #pool: Pool;
  readonly #poolSize: number;
  readonly #logger: Logger;
  readonly #observer: StatementObserver;
  readonly #availability: Availability;
  readonly #wait: Histogram;
  #closed: Promise<void> | undefined;

  constructor(options: PostgresDatabaseOptions) {
    const { logger, metrics, poolSize = 10 } = options;
    const address = addressOf(options);
    warnWithoutTls(address, options);
    this.#timeouts = { ...POSTGRES_TIMEOUTS, ...options.timeouts };
    this.#config = clientConfig(options, address, this.#timeouts);
    this.#poolSize = poolSize;
    this.#logger = logger;
    this.#availability = new Availability('the database', logger);
    this.#observer = new StatementObserver(metrics, {
      'db.namespace': address.database,
      'server.address': address.host,
      'server.port': address.port,
    });
    this.#wait = metrics.histogram({
      name: 'chat_database_pool_wait_seconds',
      help: 'Time that a call waited for a connection of the pool.',
    });
    this.#pool = openPool(this.#config, poolSize, this.#availability);
    measurePool(this.#pool, metrics);
  }

  async query<Row extends object>(statement: Statement, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#observer.run(statement.name, () =>
          this.#onConnection((client) => run<Row>(client, statement, parameters)),
        );
      } catch (failure) {
        // Each connection may hold the stale one; none of them ran it.
        if (attempt > this.#poolSize || !isPlatformError(failure) || !isStaleStatement(failure.cause)) throw failure;
      }
    }
  }

  async transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    let failure: { thrown: unknown } | undefined;
    let outcome: { result: Result } | undefined;
    await this.#observer.run('transaction', () =>
      this.#onConnection(async (client, discard) => {
        const session = new PostgresSession(client, this.#observer, discard);
        await client.query('begin');
        try {
          outcome = { result: await work(session) };
        } catch (thrown) {
          failure = { thrown };
        }
        await session.end(failure === undefined ? 'commit' : 'rollback');
      }).catch((thrown: unknown) => {
        // Without a connection there is no rollback to wait for; what `work` threw says why.
        if (failure === undefined) throw thrown;
      }),
    );
    if (failure !== undefined) throw failure.thrown;
    if (outcome === undefined) throw new PlatformError('database_unavailable', 'the transaction did not run');
    return outcome.result;
  }

  async migrate(schema: string, migrations: readonly Migration[]): Promise<void> {
    // Of its own, because the lock belongs to the session and the limits are others.
    await this.#onOwnConnection(MIGRATION_LOCK_MS, undefined, (session) =>
      migrate(session, schema, migrations, this.#logger),
    );
  }

  maintain(statement: Statement, signal: AbortSignal): Promise<void> {
    const { lockMs } = this.#timeouts;
    return this.#onOwnConnection(lockMs, signal, async (session) => void (await session.query(statement)));
  }

  async ping(): Promise<void> {
    await this.query({ name: 'ping', text: 'select 1' });
  }

  close(): Promise<void> {
    // A connection that died silently would keep its end waiting.
    this.#closed ??= endWithin(CLOSE_MS, this.#pool.end());
    return this.#closed;
  }

  /** Runs `work` on a connection without a bound on the time of a statement. The signal ends the connection. */
  async #onOwnConnection(
    lockMs: number,
    signal: AbortSignal | undefined,
    work: (session: PostgresSession) => Promise<void>,
  ): Promise<void> {
    signal?.throwIfAborted();
    const client = new Client({ ...this.#config, statement_timeout: 0, query_timeout: 0, lock_timeout: lockMs });
    client.on('error', (error) => this.#availability.failed(error));
    const abort = (): void => void client.end();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.#observer.run('connect', () => client.connect());
      const session = new PostgresSession(client, this.#observer);
      await session.query(LET_GO_OF_DEAD_PEERS);
      await work(session);
    } finally {
      signal?.removeEventListener('abort', abort);
      await endWithin(CLOSE_MS, client.end());
    }
  }

  /** Runs `work` on a connection of the pool, and gives it back unless it is unusable. */
  async #onConnection<Result>(work: (client: PoolClient, discard: () => void) => Promise<Result>): Promise<Result> {
    const client = await this.#acquire();
    let useless = false;
    try {
      const result = await work(client, () => (useless = true));
      this.#availability.succeeded();
      return result;
    } catch (thrown) {
      if (endsConnection(thrown)) {
        useless = true;
        if (!isStaleStatement(thrown)) this.#availability.failed(thrown);
      }
      throw thrown;
    } finally {
      client.release(useless);
    }
  }

  async #acquire(): Promise<PoolClient> {
    if (this.#closed !== undefined) throw new PlatformError('database_unavailable', 'the database was closed');
    const begin = performance.now();
    try {
      return await this.#pool.connect();
    } catch (thrown) {
      this.#availability.failed(thrown);
      throw thrown;
    } finally {
      this.#wait.observe((performance.now() - begin) / 1_000);
    }
  }
}

/** Ends the session, and with it the lock, of a pod whose node vanished: within a minute, not after hours of TCP. */
const LET_GO_OF_DEAD_PEERS: Statement = {
  name: 'let_go_of_dead_peers',
  text: `select set_config(name, case name when 'idle_session_timeout' then '60s' when 'tcp_keepalives_count' then '3'
    else '10' end, false) from pg_settings where name in
    ('idle_session_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count')`,
};

function openPool(config: ClientConfig, size: number, availability: Availability): Pool {
  const pool = new Pool({ ...config, max: size, idleTimeoutMillis: 30_000, maxLifetimeSeconds: MAX_LIFETIME_S });
  // Idle connections that the server ends; without a listener each would end the process.
  pool.on('error', (error) => availability.failed(error));
  // And those that it ends while they are in use: the call in progress rejects by itself.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

function measurePool(pool: Pool, metrics: Metrics): void {
  metrics.gauge({
    name: 'chat_database_pool_connections',
    help: 'Connections of the pool, idle or in use.',
    labelNames: ['state'],
    collect: (gauge) => {
      gauge.set(pool.idleCount, { state: 'idle' });
      gauge.set(pool.totalCount - pool.idleCount, { state: 'used' });
    },
  });
  metrics.gauge({
    name: 'chat_database_pool_waiting',
    help: 'Calls that wait for a connection of the pool.',
    collect: (gauge) => gauge.set(pool.waitingCount),
  });
}

async function endWithin(ms: number, ended: Promise<void>): Promise<void> {
  await withTimeout(
    ms,
    ended.catch(() => undefined),
  );
}
