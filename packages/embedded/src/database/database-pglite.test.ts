import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describeDatabaseContract } from '@chat-app/database/contract';
import { createPgliteDatabase } from './database-pglite';

describeDatabaseContract('PGlite', () => createPgliteDatabase({ directory: undefined }));

describe('PGlite in a directory', () => {
  let directory: string;
  let child: ChildProcess | undefined;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'pglite-'))));
  afterEach(async () => {
    await kill();
    rmSync(directory, { recursive: true });
  });
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  /** Starts a writer and kills it in the middle of its work. @returns what was acknowledged before */
  const writeUntilKilled = async (count: number, beforeTheKill: () => Promise<void>): Promise<number[]> => {
    const hook = resolve(__dirname, '../../../../test/testing/run-typescript.cjs');
    const writer = spawn(process.execPath, ['-r', hook, join(__dirname, 'testing', 'pglite-writer.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = writer;
    const acknowledged: number[] = [];
    for await (const line of createInterface(writer.stdout)) {
      acknowledged.push(Number(line));
      if (acknowledged.length !== count) continue;
      await beforeTheKill();
      await kill();
    }
    return acknowledged;
  };

  it('has everything that was acknowledged before a kill -9, and is nobody else’s until then', async () => {
    const acknowledged: number[] = [];
    for (const count of [50, 250]) {
      acknowledged.push(
        ...(await writeUntilKilled(count, async () => {
          const other = createPgliteDatabase({ directory });
          await expect(other).rejects.toMatchObject({ code: 'illegal_state', details: { directory, pid: child?.pid } });
        })),
      );
    }
    const database = await createPgliteDatabase({ directory });
    const rows = await database.query<{ id: number }>({ name: 'all', text: 'select id from kill.things order by id' });
    const stored = new Set(rows.map(({ id }) => id));
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    await database.close();
  }, 180_000);

  it('finds its data again after it was closed, and answers nothing any more', async () => {
    const first = await createPgliteDatabase({ directory });
    await first.query({ name: 'create', text: 'create table kept (id int)' });
    await Promise.all([first.close(), first.close()]);
    await expect(first.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
    const second = await createPgliteDatabase({ directory });
    await expect(second.query({ name: 'select', text: 'select * from kept' })).resolves.toEqual([]);
    await second.close();
  }, 180_000);
});
