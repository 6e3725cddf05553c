/** CPU time and memory of processes, as Linux tells in /proc. */
import { readFileSync } from 'node:fs';

/** One clock tick of /proc/PID/stat, in microseconds; 100 a second on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Processes whose cost is told together. */
export interface ProcessGroup {
  name: string;
  pids: readonly number[];
  /** Children count too: those that are there and those that are gone. */
  tree?: boolean;
}

/** CPU time that this group has used so far, in microseconds. What ended in between keeps what it had used. */
export class CpuTime {
  readonly #last = new Map<number, number>();

  constructor(private readonly group: ProcessGroup) {}

  read(): number {
    return this.group.pids.reduce((sum, pid) => sum + (this.group.tree === true ? this.#tree(pid) : this.#own(pid)), 0);
  }

  #own(pid: number): number {
    const used = statOf(pid)?.own ?? this.#last.get(pid) ?? 0;
    this.#last.set(pid, used);
    return used;
  }

  #tree(root: number): number {
    const gone = statOf(root)?.gone ?? 0;
    return childrenOf(root).reduce((sum, pid) => sum + this.#own(pid), this.#own(root) + gone);
  }
}

/**
 * Begins to measure the groups. What is returned tells, for each, the microseconds of CPU since then, in all divided by a number of
 * messages.
 */
export function startCpuTime(groups: readonly ProcessGroup[]): (messages: number) => [name: string, us: number][] {
  const measured = groups.map((group) => ({ name: group.name, cpu: new CpuTime(group) }));
  const before = measured.map(({ cpu }) => cpu.read());
  return (messages) => measured.map(({ name, cpu }, index) => [name, (cpu.read() - (before[index] ?? 0)) / messages]);
}

/** Memory of these processes that is in RAM, in KiB. */
export function residentKiB(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(read(pid, 'status') ?? '')?.[1] ?? 0), 0);
}

function statOf(pid: number): { own: number; gone: number } | undefined {
  // The name of the program, in parentheses, may hold blanks.
  const fields = read(pid, 'stat')?.split(') ')[1]?.split(' ').map(Number);
  if (fields === undefined) return undefined;
  const [user = 0, system = 0, goneUser = 0, goneSystem = 0] = fields.slice(11, 15);
  return { own: (user + system) * TICK_US, gone: (goneUser + goneSystem) * TICK_US };
}

function childrenOf(pid: number): number[] {
  return (read(pid, `task/${pid}/children`) ?? '').trim().split(' ').filter(Boolean).map(Number);
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
