/** Pods of this version and of the one after it, side by side: see test/testing/newer-version.cjs. */
import { resolve } from 'node:path';
import type { Pod } from './pod';
import type { Stack } from './stack';

export type Version = 'this' | 'newer';
type Service = 'websocket' | 'persistence';

const NEWER = resolve(__dirname, '..', '..', 'testing', 'newer-version.cjs');
/** The kind of event that the newer version alone knows. */
export const NEWER_KIND = 'x-wave';

/** Variables that make any program of a service one of that version. */
export function environmentOf(version: Version): Record<string, string> {
  return { NODE_OPTIONS: version === 'newer' ? `--require ${NEWER}` : '' };
}

/** Replaces a pod by one of a version as a Deployment does: the old one drains. @throws where it does not end well */
export async function replace(pod: Pod, version: Version): Promise<void> {
  const exit = await pod.terminate();
  if (exit !== 0) throw new Error(`${pod.name} ended with ${exit}:\n${pod.process.logTail()}`);
  await pod.start(environmentOf(version));
}

/** Replaces every pod of a service, one after the other; `between` runs after each. */
export async function replaceAll(
  stack: Stack,
  service: Service,
  version: Version,
  between: (pod: Pod) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const pod of stack.pods[service]) {
    await replace(pod, version);
    await between(pod);
  }
}

/** Makes all pods of these services pods of a version, those that are none. Nobody is to be connected. */
export async function runVersion(stack: Stack, version: Version): Promise<void> {
  const { NODE_OPTIONS: wanted } = environmentOf(version);
  const others = [...stack.pods.websocket, ...stack.pods.persistence].filter(
    (pod) => (pod.process.options.environment['NODE_OPTIONS'] ?? '') !== wanted,
  );
  await Promise.all(others.map((pod) => replace(pod, version)));
}
