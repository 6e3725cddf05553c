import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';

const SOURCE = join(__dirname, '..');

/** A script of this package compiled for a plain `node`, outside jest: signals and exit codes are real there. */
export interface CompiledScript {
  path: string;
  remove(): void;
}

/** Compiles a script (a path below `src`) and what it imports. */
export function compileScript(script: string): CompiledScript {
  // Below node_modules, so that the compiled script finds its packages.
  const cache = join(SOURCE, '../../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'platform-test-'));
  const program = ts.createProgram([join(SOURCE, script)], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    esModuleInterop: true,
    skipLibCheck: true,
    noCheck: true,
    types: ['node'],
    outDir: directory,
    rootDir: SOURCE,
  });
  if (program.emit().emitSkipped) throw new Error(`${script} could not be compiled`);
  return {
    path: join(directory, script.replace(/\.ts$/, '.js')),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** A running script: the JSON lines it writes on standard output, and how it ended. */
export class Child {
  readonly lines: Record<string, unknown>[] = [];
  /** All of standard output. */
  output = '';
  stderr = '';
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  readonly #process: ChildProcess;
  readonly #waiting: { message: string; resolve: () => void }[] = [];

  constructor(script: CompiledScript, environment: Record<string, string>, args: readonly string[] = []) {
    const env = { PATH: process.env['PATH'], ...environment };
    const child = spawn(process.execPath, [script.path, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => this.#take(line));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    const closed = once(lines, 'close');
    this.ended = once(child, 'close').then(async ([code, signal]) => {
      await closed;
      return { code: code as number | null, signal: signal as string | null };
    });
  }

  /** The `message` of each line. */
  get messages(): unknown[] {
    return this.lines.map((line) => line['message']);
  }

  /** Resolves once a line with this message was written. */
  said(message: string): Promise<void> {
    if (this.messages.includes(message)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ message, resolve }));
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** A line of the log, or part of an answer that has several. */
  #take(text: string): void {
    this.output += `${text}\n`;
    const line = parsed(text);
    if (line === undefined) return;
    this.lines.push(line);
    for (const { message, resolve } of this.#waiting) if (message === line['message']) resolve();
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
