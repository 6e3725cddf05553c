import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the tests run against; `npm run test:e2e` says how to set it. */
export const NAMESPACE = process.env['E2E_NAMESPACE'] ?? 'chat';
export const RELEASE = process.env['E2E_RELEASE'] ?? 'chat';

/** Runs a program. @throws Error with what it wrote to standard error */
export async function command(program: string, args: readonly string[], input?: string): Promise<string> {
  const child = run(program, [...args], { maxBuffer: 1 << 26, encoding: 'utf8' });
  child.child.stdin?.end(input ?? '');
  try {
    return (await child).stdout;
  } catch (thrown) {
    const { stderr, stdout } = thrown as { stderr?: string; stdout?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stderr ?? String(thrown)}${stdout ?? ''}`, { cause: thrown });
  }
}

export function kubectl(...args: string[]): Promise<string> {
  return command('kubectl', ['--namespace', NAMESPACE, ...args]);
}

export function helm(...args: string[]): Promise<string> {
  return command('helm', ['--namespace', NAMESPACE, ...args]);
}

export async function getJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl('get', ...args, '--output', 'json')) as T;
}

export async function apply(object: unknown, ...args: string[]): Promise<string> {
  return command('kubectl', ['--namespace', NAMESPACE, 'apply', '--filename', '-', ...args], JSON.stringify(object));
}

/** Asks again until the answer is true: for states that only the API server knows. @throws Error after the time */
export async function eventually(what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = '';
  while (Date.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (thrown) {
      last = String(thrown);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`not in ${timeoutMs} ms: ${what} ${last}`);
}

interface PodList {
  items: {
    metadata: { name: string; deletionTimestamp?: string };
    status: { conditions?: { type: string; status: string }[] };
  }[];
}

/** Names of the ready pods of a component that are not on their way out. */
export async function readyPods(component: string): Promise<string[]> {
  const labels = `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component=${component}`;
  const { items } = await getJson<PodList>('pods', '--selector', labels);
  const ready = items.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true,
  );
  return ready.map((pod) => pod.metadata.name).sort();
}

/** Has the kubelet bring what is mounted in a pod up to date: a pod that changed is synchronised at once, not within a minute. */
export async function refreshMounts(pod: string): Promise<void> {
  await kubectl('annotate', 'pod', pod, `chat-app/looked-at=${Date.now()}`, '--overwrite');
}

/** Waits until a component has that many ready pods and no others. */
export async function settled(component: string, count: number): Promise<void> {
  await eventually(
    `${count} ready pods of ${component}`,
    120_000,
    async () => (await readyPods(component)).length === count,
  );
}
