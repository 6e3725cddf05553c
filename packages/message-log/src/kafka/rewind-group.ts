import { PlatformError } from '@chat-app/platform';
import { appendError } from './map-errors';
import type { Admin } from './kafka-clients';

/** Where a group goes on reading, by partition. */
export interface RewoundPartition {
  partition: number;
  offset: string;
}

/** Which group is to read which topic again, from which moment. */
export interface RewindTarget {
  groupId: string;
  topic: string;
  since: Date;
}

/**
 * Lets a group read a topic again from a moment on: sets its offset in each partition to that of the first record with a timestamp at
 * or after it, or to the end where there is none. No member of the group may be at work meanwhile.
 * @returns what was set, by partition
 * @throws PlatformError illegal_state where the group has members, log_unavailable
 */
export async function rewindGroup(
  makeAdmin: () => Admin,
  { groupId, topic, since }: RewindTarget,
): Promise<readonly RewoundPartition[]> {
  const admin = makeAdmin();
  try {
    await admin.connect();
    const { groups } = await admin.describeGroups([groupId]);
    const members = groups[0]?.members.length ?? 0;
    if (members > 0) {
      throw new PlatformError('illegal_state', `${groupId} has ${members} members at work: stop them first`);
    }
    const partitions = await admin.fetchTopicOffsetsByTimestamp(topic, since.getTime());
    await admin.setOffsets({ groupId, topic, partitions });
    return partitions.toSorted((a, b) => a.partition - b.partition);
  } catch (error) {
    throw error instanceof PlatformError ? error : appendError(error, topic);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
