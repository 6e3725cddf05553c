import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const READY_WITHIN_MS = 30_000;

/** Where a peer runs. */
export interface PeerOptions {
  /** Root of the repository. */
  root: string;
  /** Where logs go. */
  directory: string;
  /** First of the ports used: ten of them. */
  basePort: number;
}

/** A process of a peer. Its output goes to the log; whoever started it stops it. */
export interface PeerProcess {
  pid: number;
  stop(): Promise<void>;
}

/** Starts a program and waits until its port takes connections. @throws where it ends before, or the time is over */
export async function startProcess(
  command: string,
  args: readonly string[],
  { port, log, env = {} }: { port: number; log: string; env?: Record<string, string> },
): Promise<PeerProcess> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  child.once('close', () => output.end());
  const ended = once(child, 'exit');
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    if (!runs(child)) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  };
  try {
    await ready(child, command, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? -1, stop };
}

function runs(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function ready(child: ChildProcess, command: string, port: number): Promise<void> {
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await delay(50)) {
    if (await takes(port)) return;
    if (!runs(child)) throw new Error(`${command} ended while starting`);
  }
  throw new Error(`${command} does not listen on ${port}`);
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
