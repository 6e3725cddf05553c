import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Stack } from './stack';

const PROGRAMS = resolve(__dirname, '..', '..', '..', 'services', 'persistence', 'dist');

/**
 * Runs a program of persistence's image as an operator's job does: with the environment of its pods.
 * @returns the line of JSON that it prints about what it did
 */
export async function runProgram(
  stack: Stack,
  program: 'redrive' | 'rewind' | 'begin-epoch',
  options: readonly string[],
  environment: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const pod = stack.pod('persistence', 0).process.options.environment;
  const file = resolve(PROGRAMS, `${program}.js`);
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...options], {
    env: { PATH: process.env['PATH'], ...pod, ...environment },
  });
  // Log lines have a level, the answer has none.
  const lines = stdout.split('\n').filter((line) => line.startsWith('{') && !line.includes('"level"'));
  return JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
}
