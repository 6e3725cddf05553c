import { groupBy } from '@chat-app/platform';
import type { RedisCommands } from '../redis-links';
import type { RunCommands } from '../presence-redis';
import { slotOf } from './key-slot';
import { redirectionOf } from './redirection';
import { parseNode } from './slot-map';

/** How often a command is sent on. */
const REDIRECTIONS = 3;

/** Where commands go. */
export interface ClusterNodes {
  /** The node that owns a slot. @throws where none does */
  ownerOf(slot: number): string;
  /** Runs commands on a node; answers each, with an Error where it was refused. @throws where it is not connected */
  run(node: string, commands: RedisCommands): Promise<readonly unknown[]>;
  /** A node said that a slot is not where it was thought to be. */
  moved(): void;
}

interface Pending {
  index: number;
  command: readonly string[];
  node: string;
  asking: boolean;
}

/**
 * Runs commands of one key each on the nodes that own them, one round trip a node; those of one key in their order. Commands
 * without a key run where `home` is, since clocks of nodes differ.
 */
export function runOnCluster(nodes: ClusterNodes, home: string): RunCommands {
  return async (commands) => {
    const answers = new Array<unknown>(commands.length);
    let pending = commands.map((command, index): Pending => ({
      index,
      command,
      node: nodes.ownerOf(slotOf(command[1] ?? home)),
      asking: false,
    }));
    for (let sent = 0; pending.length > 0; sent += 1) {
      const left = await Promise.all(
        [...groupBy(pending, ({ node }) => node)].map(([node, group]) => runGroup(nodes, node, group, answers)),
      );
      pending = left.flat();
      if (sent === REDIRECTIONS && pending.length > 0) throw new Error('the cluster sends commands in a circle');
    }
    return answers;
  };
}

/** Runs what goes to one node, and fills in the answers. @returns what it sent elsewhere @throws the first other refusal */
async function runGroup(
  nodes: ClusterNodes,
  node: string,
  group: readonly Pending[],
  answers: unknown[],
): Promise<Pending[]> {
  const commands = group.flatMap(({ command, asking }) => (asking ? [['asking'], command] : [command]));
  const answered = await nodes.run(node, commands);
  let at = 0;
  return group.flatMap((each): Pending[] => {
    if (each.asking) at += 1;
    const answer = answered[at++];
    if (!(answer instanceof Error)) {
      answers[each.index] = answer;
      return [];
    }
    const elsewhere = redirectionOf(answer, parseNode(node).host);
    if (elsewhere === undefined) throw answer;
    if (elsewhere.kind === 'moved') nodes.moved();
    return [{ ...each, node: elsewhere.node, asking: elsewhere.kind === 'ask' }];
  });
}
