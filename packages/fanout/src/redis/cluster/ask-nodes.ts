import { asError } from '@chat-app/platform';
import { readSlotMap, SLOT_MAP_COMMANDS, type SlotMap } from './slot-map';
import type { RedisCommands } from '../redis-links';

/** A node that can be asked. */
export interface AskedNode {
  host: string;
  run(commands: RedisCommands): Promise<readonly unknown[]>;
}

/** What nodes say of the slots, and why the others said nothing. */
export interface AskedMaps {
  maps: readonly SlotMap[];
  error: Error | undefined;
}

/** Asks all of them at once who owns which slots. Never rejects. */
export async function askNodes(nodes: readonly AskedNode[]): Promise<AskedMaps> {
  const answers = await Promise.allSettled(
    nodes.map(async (node) => readSlotMap(await node.run(SLOT_MAP_COMMANDS), node.host)),
  );
  const failure = answers.find((answer) => answer.status === 'rejected');
  return {
    maps: answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
    error: failure === undefined ? undefined : asError(failure.reason),
  };
}
