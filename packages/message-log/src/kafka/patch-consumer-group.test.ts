import { patchConsumerGroup, type PatchedGroup } from './patch-consumer-group';

function libraryError(name: string, more: object = {}): Error {
  return Object.assign(new Error(name), { name }, more);
}

/** A stand-in of kafkajs's class, and the groups made of it: `cluster` outlives them. */
function scene() {
  const joinedAs: (string | null)[] = [];
  const calls: string[] = [];
  const answer = { join: async (): Promise<void> => undefined, leave: async (): Promise<void> => undefined };
  const cluster = {
    findGroupCoordinator: async () => ({ isConnected: () => true, heartbeat: async () => undefined }),
    refreshMetadata: async () => void calls.push('refreshMetadata'),
  };
  class ConsumerGroup {
    groupId = 'group';
    sessionTimeout = 30_000;
    cluster = cluster;
    memberId: string | null = null;
    generationId: number | null = null;
    coordinator = null;
    offsetManager = null;
    lastRequest = 0;
    async joinAndSync(): Promise<void> {
      await answer.join();
      joinedAs.push(this.memberId);
      this.memberId ??= `member-${joinedAs.length}`;
      this.generationId = joinedAs.length;
    }
    async heartbeat(): Promise<void> {
      calls.push('heartbeat');
    }
    async commitOffsets(): Promise<void> {
      calls.push('commitOffsets');
    }
    async leave(): Promise<void> {
      await answer.leave();
      this.memberId = null;
    }
    async recoverFromFetch(error: unknown): Promise<void> {
      throw error;
    }
  }
  patchConsumerGroup(ConsumerGroup);
  const group = (): PatchedGroup => new ConsumerGroup();
  return { group, joinedAs, calls, answer };
}

describe('patchConsumerGroup', () => {
  it('lets a consumer that was started again join under the name it had', async () => {
    const { group, joinedAs, answer } = scene();
    const crashed = group();
    await crashed.joinAndSync();
    answer.leave = async () => {
      throw libraryError('KafkaJSConnectionError');
    };
    await expect(crashed.leave()).rejects.toThrow('KafkaJSConnectionError');
    await group().joinAndSync();
    expect(joinedAs).toEqual([null, 'member-1']);
  });

  it('lets a consumer that cannot join since no broker tells the coordinator be started again, and no other', async () => {
    const { group, answer } = scene();
    for (const [name, retriable] of [
      ['KafkaJSGroupCoordinatorNotFound', true],
      ['KafkaJSUnsupportedMagicByteInMessageSet', false],
    ] as const) {
      answer.join = async () => {
        throw libraryError(name, { retriable: false });
      };
      await expect(group().joinAndSync()).rejects.toMatchObject({ name, retriable });
    }
  });

  it('gives up the name with the membership', async () => {
    const { group, joinedAs } = scene();
    const left = group();
    await left.joinAndSync();
    await left.leave();
    await group().joinAndSync();
    expect(joinedAs).toEqual([null, null]);
  });

  it('lets a member that the group no longer knows join under a new name', async () => {
    const { group, joinedAs } = scene();
    const member = group();
    await member.joinAndSync();
    // What kafkajs does when it hears UNKNOWN_MEMBER_ID.
    member.memberId = null;
    await member.joinAndSync();
    expect(joinedAs).toEqual([null, null]);
  });

  it.each([
    libraryError('KafkaJSConnectionError'),
    libraryError('KafkaJSConnectionClosedError'),
    libraryError('KafkaJSTopicMetadataNotLoaded'),
    libraryError('KafkaJSProtocolError', { type: 'NOT_LEADER_FOR_PARTITION' }),
    libraryError('KafkaJSNumberOfRetriesExceeded', { cause: libraryError('KafkaJSConnectionError') }),
  ])('asks for newer metadata, and does not join anew, when a fetch fails with $name', async (error) => {
    const { group, joinedAs, calls } = scene();
    await group().recoverFromFetch(error);
    expect(calls).toContain('refreshMetadata');
    expect(joinedAs).toEqual([]);
  });

  it('leaves other failures of a fetch to the library', async () => {
    const { group } = scene();
    const error = libraryError('KafkaJSOffsetOutOfRange');
    await expect(group().recoverFromFetch(error)).rejects.toBe(error);
  });

  it('patches a class once', async () => {
    class Once {
      async joinAndSync(): Promise<void> {}
      async heartbeat(): Promise<void> {}
      async commitOffsets(): Promise<void> {}
      async leave(): Promise<void> {}
      async recoverFromFetch(): Promise<void> {}
    }
    const one = Once as unknown as { prototype: PatchedGroup };
    patchConsumerGroup(one);
    const patched = Object.getOwnPropertyDescriptor(Once.prototype, 'joinAndSync')?.value as unknown;
    patchConsumerGroup(one);
    expect(Object.getOwnPropertyDescriptor(Once.prototype, 'joinAndSync')?.value).toBe(patched);
  });

  it('refuses a class that is not the one it was written for', () => {
    expect(() => patchConsumerGroup({ prototype: {} as PatchedGroup })).toThrow('2.2.4');
  });
});
