import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { asError, PlatformError } from '@chat-app/platform';

/**
 * Keeps a directory to one process. PGlite itself would let two processes write one database and ruin it.
 *
 * The lock file names its holder. It is stale, and taken over, when that process is gone: on the same host by its pid and
 * start time (a pid may be in use again, and is always 1 in a container), and by its state: one that was killed stays in
 * the table of processes until its parent asks for it, and holds nothing any more; on another host, whose processes cannot be
 * seen, when the file was not touched for a while. A live holder touches it regularly.
 *
 * Taking over is itself guarded by a directory, so that of two starting processes only one does.
 */
const TOUCH_MS = 5_000;
const FOREIGN_STALE_MS = 6 * TOUCH_MS;
const TAKEOVER_STALE_MS = 10_000;

interface Holder {
  pid: number;
  host: string;
  /** When the process began, in a form that two processes of one pid do not share; empty where the system has none. */
  started: string;
  token: string;
}

export interface DirectoryLock {
  /** Lets go. Again does nothing. */
  release(): void;
}

/** @throws PlatformError illegal_state naming the directory and the pid that holds it */
export function lockDirectory(directory: string, lockFile: string): DirectoryLock {
  const holder: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid), token: randomUUID() };
  if (!create(lockFile, holder)) takeOver(directory, lockFile, holder);
  heldTokens.add(holder.token);
  const touching = setInterval(() => touch(lockFile), TOUCH_MS);
  touching.unref();
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      clearInterval(touching);
      heldTokens.delete(holder.token);
      if (readHolder(lockFile)?.token === holder.token) removeFile(lockFile);
    },
  };
}

/** Locks of this very process, for systems that do not tell when a process started. */
const heldTokens = new Set<string>();

function takeOver(directory: string, lockFile: string, holder: Holder): void {
  const guard = `${lockFile}.takeover`;
  if (!enterGuard(guard)) throw inUse(directory, readHolder(lockFile));
  try {
    const present = readHolder(lockFile);
    // An unfinished file is one being written this moment, or that of a process killed while it wrote.
    const age = ageOf(lockFile);
    const alive = present === undefined ? age < TAKEOVER_STALE_MS : isAlive(present, age);
    if (alive) throw inUse(directory, present);
    removeFile(lockFile);
    if (!create(lockFile, holder)) throw inUse(directory, readHolder(lockFile));
  } finally {
    leaveGuard(guard);
  }
}

function enterGuard(guard: string): boolean {
  try {
    mkdirSync(guard);
    return true;
  } catch {
    if (ageOf(guard) < TAKEOVER_STALE_MS) return false;
    // Its maker was killed between two lines; touching first lets only one in.
    touch(guard);
    return true;
  }
}

function leaveGuard(guard: string): void {
  try {
    rmdirSync(guard);
  } catch {
    // Another process found it stale and removed it.
  }
}

function inUse(directory: string, holder: Holder | undefined): PlatformError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  const message = `${directory} is in use by ${who}; stop it, or use another directory`;
  return new PlatformError('illegal_state', message, { directory, pid: holder?.pid, host: holder?.host });
}

function isAlive(holder: Holder, age: number): boolean {
  if (holder.host !== hostname()) return age < FOREIGN_STALE_MS;
  if (holder.pid === process.pid && holder.started === '') return heldTokens.has(holder.token);
  if (!exists(holder.pid) || isDead(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === '' || started === holder.started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether it has ended but for its entry in the table of processes. Linux; elsewhere nobody can say: false. */
function isDead(pid: number): boolean {
  const { state = '', threads = '' } = statOf(pid) ?? {};
  // A first thread that has ended may leave others that still write.
  return /[ZXx]/.test(state) && Number(threads) <= 1;
}

/** Linux: boot id and start tick. Elsewhere empty. */
function startOf(pid: number): string {
  const stat = statOf(pid);
  return stat === undefined ? '' : `${stat.boot}/${stat.startTick ?? ''}`;
}

/** What Linux says of a process (proc(5), /proc/pid/stat, fields 3, 20 and 22). Undefined elsewhere. */
function statOf(pid: number) {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field may hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { boot, state: fields[0], threads: fields[17], startTick: fields[19] };
  } catch {
    return undefined;
  }
}

function create(lockFile: string, holder: Holder): boolean {
  try {
    writeFileSync(lockFile, `${JSON.stringify(holder)}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new PlatformError('illegal_state', `cannot write ${lockFile}: ${asError(thrown).message}`);
  }
}

/** The holder, or undefined where the file is gone or was never finished. */
function readHolder(lockFile: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(lockFile, 'utf8')) as Partial<Holder>;
    const { pid, host, started, token } = holder;
    if (typeof pid !== 'number' || host === undefined || started === undefined || token === undefined) return undefined;
    return { pid, host, started, token };
  } catch {
    return undefined;
  }
}

function ageOf(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Gone: nothing to keep fresh.
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
  }
}
