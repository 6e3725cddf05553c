import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { createPostgresDatabase } from '@chat-app/database/postgres';
import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import { MIGRATIONS, SCHEMA } from '../src/migrations';

/** Works in a database of its own on the server of DATABASE_URL, with the schema of persistence, and drops it. */
export async function withOwnDatabase<Result>(
  poolSize: number,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const url = new URL(process.env['DATABASE_URL'] ?? 'postgres://postgres@localhost:5432/postgres');
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const admin = open(url, poolSize);
  await admin.query({ name: 'create', text: `create database ${name}` });
  url.pathname = `/${name}`;
  const database = open(url, poolSize);
  try {
    await database.migrate(SCHEMA, MIGRATIONS);
    return await work(database);
  } finally {
    await database.close();
    await admin.query({ name: 'drop', text: `drop database ${name} with (force)` });
    await admin.close();
  }
}

function open(url: URL, poolSize: number): Database {
  const options = { url: secretOf(url.href), applicationName: 'bench', logger: silentLogger, poolSize };
  return createPostgresDatabase({ ...options, metrics: new Metrics('bench') });
}
