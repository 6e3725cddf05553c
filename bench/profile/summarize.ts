/** What a CPU profile says: where the time was spent, by function, by what it called, and by package. */
import { readFileSync } from 'node:fs';

interface Node {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

interface Profile {
  nodes: Node[];
  samples: number[];
  timeDeltas: number[];
}

/** Time that is nobody's work; and the profiler's own, which it takes to begin. */
const IDLE = new Set(['(idle)', '(program)', '(root)']);
const PROFILER = 'node:inspector';

export interface Summary {
  /** Share of the time that the process worked at all. */
  busy: number;
  /** Shares of the busy time, largest first: in the function itself, in it and all it called, in files of a package. */
  self: [string, number][];
  inclusive: [string, number][];
  packages: [string, number][];
}

export function summarize(file: string): Summary {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const own = new Map<number, number>();
  samples.forEach((id, index) => own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sums = {
    self: new Map<string, number>(),
    inclusive: new Map<string, number>(),
    packages: new Map<string, number>(),
  };
  let [all, busy] = [0, 0];
  const walk = (node: Node, above: ReadonlySet<string>): number => {
    const name = nameOf(node);
    const spent = own.get(node.id) ?? 0;
    all += spent;
    const idle = IDLE.has(node.callFrame.functionName) || node.callFrame.url === PROFILER;
    if (!idle) {
      busy += spent;
      add(sums.self, name, spent);
      add(sums.packages, packageOf(node), spent);
    }
    const path = new Set(above).add(name);
    let total = idle ? 0 : spent;
    for (const child of node.children ?? []) {
      const found = byId.get(child);
      if (found !== undefined) total += walk(found, path);
    }
    // A function that calls itself counts once.
    if (!above.has(name)) add(sums.inclusive, name, total);
    return total;
  };
  const root = nodes[0];
  if (root !== undefined) walk(root, new Set());
  const shares = (sum: Map<string, number>): [string, number][] =>
    [...sum].map(([name, us]): [string, number] => [name, us / busy]).sort(([, one], [, other]) => other - one);
  return {
    busy: busy / all,
    self: shares(sums.self),
    inclusive: shares(sums.inclusive),
    packages: shares(sums.packages),
  };
}

function add(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  return `${functionName === '' ? '(anonymous)' : functionName} ${shortUrl(url)}:${lineNumber + 1}`;
}

function packageOf({ callFrame: { functionName, url } }: Node): string {
  if (functionName === '(garbage collector)') return functionName;
  if (url === '') return '(native)';
  const [, library] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (library !== undefined) return library;
  const [, own] = /\/((?:packages|services)\/[^/]+)\/dist/.exec(url) ?? [];
  return own ?? url.split('/')[0] ?? url;
}

function shortUrl(url: string): string {
  return url.replace(/^file:\/\//, '').replace(/^.*\/(?=(?:packages|services|node_modules)\/)/, '');
}
