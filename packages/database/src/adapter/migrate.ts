import { createHash } from 'node:crypto';
import { Umzug } from 'umzug';
import { asError, isPlatformError, PlatformError, type Logger } from '@chat-app/platform';
import type { Migration, Queryable } from '../database';

/**
 * What migrating needs of an adapter: one session that nobody else uses meanwhile, whose statements may take longer than
 * an ordinary one's.
 */
export interface MigrationSession extends Queryable {
  /** Runs a text of several statements. */
  script(name: string, sql: string): Promise<void>;
  /** Runs `work` in a transaction of this session. */
  transaction(work: () => Promise<void>): Promise<void>;
}

interface Applied {
  name: string;
  checksum: string;
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/**
 * Applies what is missing, under an advisory lock of the session. Forward only and in the order of the names:
 *
 * - a released migration whose text changed is refused, and so is one that sorts before what is already applied;
 * - migrations that the database knows and the code does not are the mark of an application rolled back: a warning;
 * - the schema is created where the role may; where it is there already (created by an operator) nothing more is needed
 *   than to create tables in it.
 *
 * While a migration runs the search path is the schema alone, for its transaction.
 * @throws PlatformError illegal_state for a changed or misplaced migration; database_unavailable, database_refused
 */
export async function migrate(
  session: MigrationSession,
  schema: string,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<void> {
  checkOrder(migrations);
  const lock = { name: 'lock_migrations', text: 'select pg_advisory_lock(hashtextextended($1, 0))' };
  const unlock = { name: 'unlock_migrations', text: 'select pg_advisory_unlock(hashtextextended($1, 0))' };
  const key = `migrate ${schema}`;
  await session.query(lock, [key]);
  try {
    await prepareSchema(session, schema);
    const applied = await listApplied(session, schema);
    checkApplied(schema, migrations, applied, logger);
    const count = await applyMissing(session, schema, migrations, applied, logger);
    if (count > 0) await analyze(session, schema);
  } finally {
    // Also released by the session's end, so a failure here loses nothing.
    await session.query(unlock, [key]).catch(() => undefined);
  }
}

/** What is kept of a migration's text. Line ends do not count: git may change them. */
function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql.replaceAll('\r\n', '\n')).digest('hex');
}

function checkOrder(migrations: readonly Migration[]): void {
  migrations.forEach(({ name }, index) => {
    const previous = migrations[index - 1]?.name;
    if (previous === undefined || previous < name) return;
    throw new PlatformError('illegal_state', `migration ${name} is listed after ${previous}; names must ascend`);
  });
}

async function prepareSchema(session: MigrationSession, schema: string): Promise<void> {
  // Asked first, because even "if not exists" needs the right to create.
  const exists = { name: 'find_schema', text: 'select 1 from pg_namespace where nspname = $1' };
  if ((await session.query(exists, [schema])).length === 0) {
    await session.script('create_schema', `create schema ${quoted(schema)}`);
  }
  const known = { name: 'find_migrations', text: 'select 1 from pg_tables where schemaname = $1 and tablename = $2' };
  if ((await session.query(known, [schema, 'migrations'])).length > 0) return;
  await session.script(
    'create_migrations',
    `create table ${quoted(schema)}.migrations (
       name text primary key,
       checksum text not null,
       applied_at timestamptz not null default now()
     )`,
  );
}

async function listApplied(session: MigrationSession, schema: string): Promise<Applied[]> {
  const text = `select name, checksum from ${quoted(schema)}.migrations order by name collate "C"`;
  return session.query<Applied>({ name: 'list_migrations', text });
}

function checkApplied(
  schema: string,
  migrations: readonly Migration[],
  applied: readonly Applied[],
  logger: Logger,
): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const unknown = applied.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (unknown.length > 0) {
    logger.warn('the database is newer than this program; going on with it', { schema, migrations: unknown });
  }
  for (const { name, checksum } of applied) {
    const migration = known.get(name);
    if (migration === undefined || checksumOf(migration) === checksum) continue;
    const message = `migration ${name} of schema ${schema} was changed after it was applied; restore it and add a new one`;
    throw new PlatformError('illegal_state', message, { schema, migration: name });
  }
  const done = new Set(applied.map(({ name }) => name));
  const last = migrations.filter(({ name }) => done.has(name)).at(-1)?.name;
  const misplaced = migrations.find(({ name }) => last !== undefined && name < last && !done.has(name));
  if (misplaced === undefined) return;
  const message = `migration ${misplaced.name} of schema ${schema} sorts before ${last}, which is applied; give it a later name`;
  throw new PlatformError('illegal_state', message, { schema, migration: misplaced.name });
}

/** @returns how many were applied */
async function applyMissing(
  session: MigrationSession,
  schema: string,
  migrations: readonly Migration[],
  applied: readonly Applied[],
  logger: Logger,
): Promise<number> {
  const umzug = new Umzug({
    logger: undefined,
    migrations: migrations.map((migration) => ({
      name: migration.name,
      up: () => applyOne(session, schema, migration, logger),
    })),
    // The row is written in the migration's own transaction, so that it is there exactly when its effects are.
    storage: {
      executed: () => Promise.resolve(applied.map(({ name }) => name)),
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.reject(new Error('migrations go forward only')),
    },
  });
  try {
    return (await umzug.up()).length;
  } catch (thrown) {
    const cause = asError(thrown).cause;
    throw isPlatformError(cause) ? cause : thrown;
  }
}

async function applyOne(
  session: MigrationSession,
  schema: string,
  migration: Migration,
  logger: Logger,
): Promise<void> {
  const text = `insert into ${quoted(schema)}.migrations (name, checksum) values ($1, $2)`;
  await session.transaction(async () => {
    await session.script('set_search_path', `set local search_path to ${quoted(schema)}`);
    // Longer than an ordinary statement may take, so that it outlasts those holding the table, but bounded: whatever
    // waits behind it waits too.
    await session.script('set_lock_timeout', `set local lock_timeout to '15s'`);
    await session.script(migration.name, migration.sql);
    await session.query({ name: 'insert_migration', text }, [migration.name, checksumOf(migration)]);
  });
  logger.info('applied a migration', { schema, migration: migration.name });
}

/**
 * A migration may change what much is stored in, and the planner should know. Small tables are left alone: one that nobody analyzed
 * is planned for as if it had ten pages, one that was found empty as if it stayed so, and such plans are kept while it grows.
 */
async function analyze(session: MigrationSession, schema: string): Promise<void> {
  const text = `
select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind = 'r' and pg_relation_size(c.oid) > 10 * current_setting('block_size')::bigint
order by c.relname`;
  const tables = await session.query<{ name: string }>({ name: 'list_tables', text }, [schema]);
  if (tables.length === 0) return;
  const list = tables.map(({ name }) => `${quoted(schema)}.${quoted(name)}`).join(', ');
  await session.script('analyze', `analyze ${list}`);
}
