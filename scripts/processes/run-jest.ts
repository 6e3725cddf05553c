import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TierResult {
  title: string;
  passed: number;
  failed: number;
  skipped: number;
  /** Why the tier could not run at all. */
  impossible?: string;
}

export interface JestRun {
  title: string;
  /** A project of jest.config.cjs. */
  project: string;
  environment?: Record<string, string>;
  /** Only these files of it. */
  paths?: readonly string[];
}

interface JestSummary {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numRuntimeErrorTestSuites: number;
}

const WATCH_MS = 1_000;
const GOES_WITHIN_MS = 20_000;

/** Runs one jest project, its output as it comes, and counts. A suite that cannot be loaded counts as a failure. */
export async function runJest(root: string, run: JestRun): Promise<TierResult> {
  console.log(`\n── ${run.title} ──`);
  const directory = mkdtempSync(join(tmpdir(), 'chat-app-jest-'));
  const output = join(directory, 'result.json');
  try {
    // Unit tests share nothing: as many files at a time as there are processors. The others share backends and processes.
    const workers = run.project === 'unit' ? ['--maxWorkers=100%'] : ['--runInBand'];
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    const child = spawn(
      process.execPath,
      [
        jest,
        ...(run.paths ?? []),
        '--selectProjects',
        run.project,
        '--passWithNoTests',
        '--json',
        '--outputFile',
        output,
        ...workers,
      ],
      { cwd: root, env: { ...process.env, ...run.environment }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const status = await ended(child, output);
    const summary = JSON.parse(readFileSync(output, 'utf8')) as JestSummary;
    const failed = summary.numFailedTests + summary.numRuntimeErrorTestSuites;
    return {
      title: run.title,
      passed: summary.numPassedTests,
      // jest may also end with a status of its own, for instance when a test leaves handles open with --detectOpenHandles.
      failed: failed === 0 && status !== 0 && !child.killed ? 1 : failed,
      skipped: summary.numPendingTests,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Waits until jest is gone. Node 20 can spin for ever while it frees a process whose tests reset connections
 * (`Environment::CleanupHandles`): once all results are written, jest that does not go is ended.
 */
async function ended(child: ChildProcess, output: string): Promise<number | null> {
  let limit: NodeJS.Timeout | undefined;
  const watch = setInterval(() => {
    if (!existsSync(output)) return;
    clearInterval(watch);
    limit = setTimeout(() => {
      console.log('jest has written its results and does not end: it is killed');
      child.kill('SIGKILL');
    }, GOES_WITHIN_MS);
  }, WATCH_MS);
  try {
    const [status] = (await once(child, 'exit')) as [number | null];
    return status;
  } finally {
    clearInterval(watch);
    clearTimeout(limit);
  }
}
