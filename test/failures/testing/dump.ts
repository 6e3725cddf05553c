/** A backup of the database and its restore, with the programs that any operator has: pg_dump and pg_restore. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Backends } from './backends';
import { withDatabase } from './stores';

/** Writes a consistent copy of the whole database to a file, while it is at work. */
export async function dump(backends: Backends, file: string): Promise<void> {
  await run(await program(backends, 'pg_dump'), ['--format=custom', '--file', file, backends.databaseUrl('postgres')]);
}

/** Throws the database away, with what is connected to it, and makes it again as it was. */
export async function restore(backends: Backends, file: string): Promise<void> {
  const pgRestore = await program(backends, 'pg_restore');
  const maintenance = new URL(backends.databaseUrl('postgres'));
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`);
  } finally {
    await client.end();
  }
  // With its settings and grants, as the runbook promises.
  await run(pgRestore, ['--create', '--exit-on-error', '--dbname', maintenance.href, file]);
}

/** Of the server's own version. */
async function program(backends: Backends, name: string): Promise<string> {
  const directory = await withDatabase(backends, async (client) => {
    const { rows } = await client.query<{ setting: string }>("select setting from pg_config where name = 'BINDIR'");
    return rows[0]?.setting ?? '';
  });
  return join(directory, name);
}

const run = promisify(execFile);
