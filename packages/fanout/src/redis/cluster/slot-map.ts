import { parseHostPort, urlHost } from '@chat-app/platform';
import { SLOTS } from './key-slot';

/** What a node is asked for its slot map. */
export const SLOT_MAP_COMMANDS = [
  ['cluster', 'info'],
  ['cluster', 'slots'],
] as const;

/** Which node owns which slots, as one of the nodes sees it. Nodes are named `host:port`. */
export interface SlotMap {
  /** The owner of each slot; undefined where it has none. */
  owners: readonly (string | undefined)[];
  /** Of the cluster, and of the node: whoever took a slot has a higher one than before. */
  epochs: readonly [cluster: number, node: number];
}

/**
 * Reads the answers to SLOT_MAP_COMMANDS. A node that names no host means the one that was asked.
 * @throws where they are no answers to these
 */
export function readSlotMap([info, slots]: readonly unknown[], askedHost: string): SlotMap {
  for (const answer of [info, slots]) if (answer instanceof Error) throw answer;
  if (typeof info !== 'string' || !Array.isArray(slots)) throw new Error('the answer is not that of a cluster');
  const owners = new Array<string | undefined>(SLOTS).fill(undefined);
  for (const range of slots as readonly (readonly unknown[])[]) {
    const [first, last, master] = range;
    owners.fill(nodeName(master, askedHost), Number(first), Number(last) + 1);
  }
  const epoch = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { owners, epochs: [epoch('cluster_current_epoch'), epoch('cluster_my_epoch')] };
}

/** The newest of several: of the highest epochs. Undefined where there is none. */
export function newestOf(maps: readonly SlotMap[]): SlotMap | undefined {
  return [...maps].sort(({ epochs: one }, { epochs: other }) => other[0] - one[0] || other[1] - one[1])[0];
}

/** Whether every slot has an owner. */
export function isComplete({ owners }: SlotMap): boolean {
  return !owners.includes(undefined);
}

/** Whether every slot has the same owner in both. */
export function haveSameOwners({ owners: one }: SlotMap, { owners: other }: SlotMap): boolean {
  return one.every((owner, slot) => owner === other[slot]);
}

/** The nodes that own slots. */
export function nodesOf({ owners }: SlotMap): ReadonlySet<string> {
  return new Set(owners.filter((owner) => owner !== undefined));
}

/** `host:port` as `SlotMap` names nodes, an IPv6 address in brackets. */
export function addressOf(host: string, port: number): string {
  return `${urlHost(host)}:${port}`;
}

/** Host and port of a node as `SlotMap` names it. @throws where it is no such name */
export function parseNode(node: string): { host: string; port: number } {
  const address = parseHostPort(node);
  if (address === undefined) throw new Error(`${node} is no address of a node`);
  return address;
}

/** Undefined where the cluster does not know the host (`?`). */
function nodeName(node: unknown, askedHost: string): string | undefined {
  const [host, port] = node as readonly unknown[];
  if (host === '?') return undefined;
  return addressOf(typeof host === 'string' && host !== '' ? host : askedHost, Number(port));
}
