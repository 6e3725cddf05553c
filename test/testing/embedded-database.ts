import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Database } from '@chat-app/database';
import { createPgliteDatabase } from '@chat-app/embedded/database';
import { openPglite } from '../../packages/embedded/src/database/open-pglite';

const ROOT = resolve(__dirname, '..', '..');
/** Gone with the packages when they are installed anew. */
const KEPT = join(ROOT, 'node_modules', '.cache', 'chat-app');
/** What a new database depends on: the version of the library, and how it is opened. */
const MADE_OF = ['node_modules/@electric-sql/pglite/package.json', 'packages/embedded/src/database/open-pglite.ts'];

/**
 * A new database in memory, without a schema. Whoever opens it closes it.
 *
 * PGlite computes for seconds to make a database, and copies one at once. So it is made once for all tests, and kept.
 */
export async function openEmbeddedDatabase(): Promise<Database> {
  return createPgliteDatabase({ directory: undefined, copyOf: await newDatabase() });
}

async function newDatabase(): Promise<Blob> {
  const hash = createHash('sha256');
  for (const path of MADE_OF) hash.update(readFileSync(join(ROOT, path)));
  const file = join(KEPT, `database-${hash.digest('hex').slice(0, 16)}.tar`);
  if (!existsSync(file)) await makeDatabase(file);
  return new Blob([readFileSync(file)]);
}

async function makeDatabase(file: string): Promise<void> {
  const pglite = await openPglite(undefined);
  try {
    const dump = await pglite.dumpDataDir('none');
    mkdirSync(dirname(file), { recursive: true });
    // Processes that make it at the same time do so each for itself; what is found under its name is whole.
    const part = `${file}.${process.pid}`;
    writeFileSync(part, Buffer.from(await dump.arrayBuffer()));
    renameSync(part, file);
  } finally {
    await pglite.close();
  }
}
