import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';

const OFFSETS_TOPIC = '__consumer_offsets';

/** Java's String.hashCode, as Kafka uses it to find the partition of a group. */
function javaHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}

/** The node that coordinates a group: the leader of the group's partition of the offsets topic. */
export async function groupCoordinator(admin: Admin, groupId: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [OFFSETS_TOPIC] });
  const partitions = topics[0]?.partitions ?? [];
  const partition = (javaHash(groupId) & 0x7fffffff) % partitions.length;
  const found = partitions.find(({ partitionId }) => partitionId === partition);
  if (found === undefined || found.leader < 0) throw new Error(`the group ${groupId} has no coordinator now`);
  return found.leader;
}

/**
 * The node that leads the controllers, as a node of the quorum remembers it. The client protocol does not tell: in KRaft
 * the metadata name any live broker as the controller.
 */
export function activeController(nodeDirectory: string): number {
  const path = join(nodeDirectory, 'data', '__cluster_metadata-0', 'quorum-state');
  const { leaderId } = JSON.parse(readFileSync(path, 'utf8')) as { leaderId: number };
  if (leaderId < 0) throw new Error('there is no active controller now');
  return leaderId;
}
