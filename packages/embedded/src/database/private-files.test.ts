import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPgliteDatabase } from './database-pglite';
import { makePrivateDirectory } from './private-files';

jest.setTimeout(120_000);

describe('the files of an embedded database', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'private-files-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const everything = (directory: string): string[] => [
    directory,
    ...readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)),
  ];
  const readableByOthers = (directory: string) => everything(directory).filter((path) => statSync(path).mode & 0o077);
  const use = async (directory: string, statement: string) => {
    const database = await createPgliteDatabase({ directory });
    await database.query({ name: 'use', text: statement });
    // Also while it runs: the lock is there, and a table of the moment.
    expect(readableByOthers(directory)).toEqual([]);
    await database.close();
  };

  it('are their owner’s alone, also those of tables that are made later, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      const directory = join(root, 'data');
      await use(directory, 'create table one (n integer)');
      expect(everything(directory).length).toBeGreaterThan(500);
      await use(directory, 'create table two as select generate_series(1, 10000) as n');
      expect(readableByOthers(directory)).toEqual([]);
    } finally {
      process.umask(before);
    }
  });

  it('are taken from everybody else where a former version left them open', async () => {
    const directory = join(root, 'data');
    await use(directory, 'create table one (n integer)');
    for (const path of everything(directory)) chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o666);
    await use(directory, 'select n from one');
    expect(readableByOthers(directory)).toEqual([]);
  });

  it('leave a directory that others share, or that is not theirs, as it is', () => {
    const shared = join(root, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o755);
    makePrivateDirectory(shared, 'pgdata');
    expect(statSync(shared).mode & 0o777).toBe(0o755);
    writeFileSync(join(shared, 'pgdata'), '');
    chmodSync(shared, 0o1777);
    makePrivateDirectory(shared, 'pgdata');
    expect(statSync(shared).mode & 0o7777).toBe(0o1777);
  });
});
