import type { BatchHandler, SubscribeOptions } from '@chat-app/message-log';
import { Member } from './member';
import type { Partition } from './partition';
import { Reader, type LogHost, type ReadingGroup } from './reader';

/**
 * A consumer group of one topic: members share the partitions (partition p belongs to member p modulo their number), each
 * partition has one reader, and the group remembers its positions while the process lives.
 */
export class Group implements ReadingGroup {
  readonly members: Member[] = [];
  readonly #readers: Reader[];

  constructor(
    readonly id: string,
    readonly log: LogHost,
    partitions: readonly Partition[],
  ) {
    this.#readers = partitions.map((partition) => {
      const reader = new Reader(this, partition);
      partition.readers.add(reader);
      return reader;
    });
  }

  join({ maxBatchRecords }: SubscribeOptions, handler: BatchHandler): Member {
    const member = new Member((gone) => this.#leave(gone), maxBatchRecords, handler);
    this.members.push(member);
    if (this.members.length > 1) this.log.metrics.rebalanced(this.id);
    for (const reader of this.#readers) reader.wake();
    return member;
  }

  ownerOf(partition: number): Member | undefined {
    return this.members[partition % this.members.length];
  }

  #leave(member: Member): void {
    const at = this.members.indexOf(member);
    if (at >= 0) this.members.splice(at, 1);
    if (this.members.length > 0) this.log.metrics.rebalanced(this.id);
    else for (const reader of this.#readers) reader.deserted();
  }
}
