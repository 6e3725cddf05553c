import type { Hold } from '../presence-leases';

/**
 * How a user is held: by pods whose hold and whose lease last, each as long as both do. Undefined where nobody holds the user.
 *
 * @param ends when the hold of each pod ends
 * @param leaseEnd when the lease of a pod ends, undefined where it has none
 * @param now by the same clock, milliseconds
 */
export function holdOf(
  ends: Iterable<readonly [pod: string, end: number]>,
  leaseEnd: (pod: string) => number | undefined,
  now: number,
): Hold | undefined {
  const held = [...ends]
    .map(([pod, end]) => ({ pod, leftMs: Math.min(end, leaseEnd(pod) ?? 0) - now }))
    .filter(({ leftMs }) => leftMs > 0);
  if (held.length === 0) return undefined;
  return { leftMs: Math.max(...held.map(({ leftMs }) => leftMs)), pods: held.map(({ pod }) => pod) };
}
