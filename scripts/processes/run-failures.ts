import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFaults } from './find-faults';
import { runJest, type TierResult } from './run-jest';

/**
 * Runs the faults of test/failures, all or those named, and prints their table. They start backends of their own, which
 * are shared by all files of the run and stopped here.
 */
export async function runFailures(root: string, directory: string, only: readonly string[]): Promise<TierResult> {
  const table = join(directory, 'table.jsonl');
  const logs = join(directory, 'logs');
  mkdirSync(logs, { recursive: true });
  try {
    return await runJest(root, {
      title: 'failures',
      project: 'failures',
      environment: { FAILURES_DIRECTORY: directory, FAILURES_TABLE: table, FAILURES_LOGS: logs },
      paths: findFaults(root, only),
    });
  } finally {
    stopBackends(root, directory);
    printTable(table);
  }
}

/** What the files started in the directory with scripts/backends. */
function stopBackends(root: string, directory: string): void {
  for (const nodes of [1, 3]) {
    const backends = join(directory, `backends-${nodes}`);
    if (!existsSync(backends)) continue;
    for (const [name, ...options] of [['kafka'], ['redis'], ['postgres', '--delete']]) {
      const script = join(root, 'scripts', 'backends', `start-${name}`);
      spawnSync(script, ['stop', join(backends, name ?? ''), ...options], { stdio: 'ignore' });
    }
  }
}

function printTable(file: string): void {
  if (!existsSync(file)) return;
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string | number>);
  const headings = Object.keys(rows[0] ?? {});
  const lines = [headings, ...rows.map((row) => headings.map((name) => String(row[name] ?? '')))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  console.log('\nFaults');
  for (const line of lines) {
    console.log(
      `  ${line.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`,
    );
  }
}
