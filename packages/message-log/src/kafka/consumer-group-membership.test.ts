import { once, EventEmitter } from 'node:events';
import { Membership, type ConsumerGroup, type GroupCoordinator, type Library } from './consumer-group-membership';

const INTERVAL = 0;

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
function refusedWith(type: string): Error {
  return Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });
}

/** A group whose coordinator answers what the test says. */
function scene(sessionTimeout = 30_000) {
  const events = new EventEmitter();
  const coordinator: GroupCoordinator = { isConnected: () => true, heartbeat: async () => undefined };
  const next: GroupCoordinator = { isConnected: () => true, heartbeat: async () => undefined };
  const answer = {
    heartbeat: async (): Promise<void> => undefined,
    find: async (): Promise<GroupCoordinator> => next,
    commit: async (): Promise<void> => undefined,
  };
  const commits: (object | undefined)[] = [];
  const group: ConsumerGroup = {
    groupId: 'group',
    sessionTimeout,
    cluster: {
      findGroupCoordinator: () => {
        events.emit('asked');
        return answer.find();
      },
      refreshMetadata: async () => undefined,
    },
    memberId: 'member',
    generationId: 1,
    coordinator,
    offsetManager: { coordinator },
    lastRequest: Date.now(),
  };
  const library: Library = {
    heartbeat: () => answer.heartbeat(),
    commitOffsets: async (offsets) => {
      await answer.commit();
      commits.push(offsets);
      events.emit('committed');
    },
    leave: async () => void events.emit('left'),
  };
  const membership = new Membership(group, library);
  const lose = (error: Error): void => {
    answer.heartbeat = async () => {
      answer.heartbeat = async () => undefined;
      throw error;
    };
  };
  return { membership, group, answer, events, commits, next, lose };
}

describe('Membership', () => {
  it.each([
    ['a broken connection', named('KafkaJSConnectionError')],
    ['a request without an answer', named('KafkaJSRequestTimeoutError')],
    ['a broker that no longer coordinates', refusedWith('NOT_COORDINATOR_FOR_GROUP')],
    ['a broker that still loads the group', refusedWith('GROUP_LOAD_IN_PROGRESS')],
  ])('finds the next coordinator after %s, and the heartbeat does not fail', async (_, error) => {
    const { membership, group, events, next, lose } = scene();
    lose(error);
    const committed = once(events, 'committed');
    await membership.heartbeat(INTERVAL);
    await committed;
    expect(group.coordinator).toBe(next);
    expect(group.offsetManager?.coordinator).toBe(next);
    await membership.leave();
  });

  it('asks again until a coordinator is found, and then commits what was resolved meanwhile', async () => {
    const { membership, answer, events, commits, lose } = scene();
    const find = answer.find;
    let asked = 0;
    answer.find = async () => {
      asked += 1;
      if (asked < 3) throw named('KafkaJSGroupCoordinatorNotFound');
      return find();
    };
    lose(named('KafkaJSConnectionError'));
    const committed = once(events, 'committed');
    await membership.heartbeat(INTERVAL);
    await membership.commitOffsets({ topics: [] });
    expect(commits).toEqual([]);
    await committed;
    expect(commits).toEqual([undefined]);
    expect(asked).toBe(3);
    await membership.leave();
  });

  it('searches too when a commit finds the coordinator lost', async () => {
    const { membership, group, answer, events, next } = scene();
    answer.commit = async () => {
      answer.commit = async () => undefined;
      throw refusedWith('NOT_COORDINATOR_FOR_GROUP');
    };
    const committed = once(events, 'committed');
    await membership.commitOffsets({ topics: [] });
    await committed;
    expect(group.coordinator).toBe(next);
    await membership.leave();
  });

  it.each(['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'])(
    'passes on that the group decided otherwise: %s',
    async (type) => {
      const { membership, lose } = scene();
      lose(refusedWith(type));
      await expect(membership.heartbeat(INTERVAL)).rejects.toMatchObject({ type });
      await expect(membership.heartbeat(INTERVAL)).resolves.toBeUndefined();
    },
  );

  it('passes on what the next coordinator says of the group', async () => {
    const { membership, answer } = scene();
    let beats = 0;
    answer.heartbeat = async () => {
      beats += 1;
      if (beats > 2) return;
      throw beats === 1 ? named('KafkaJSConnectionError') : refusedWith('UNKNOWN_MEMBER_ID');
    };
    const beatForEver = async (): Promise<never> => {
      for (;;) {
        await membership.heartbeat(INTERVAL);
        await new Promise(setImmediate);
      }
    };
    await expect(beatForEver()).rejects.toMatchObject({ type: 'UNKNOWN_MEMBER_ID' });
  });

  it('fails once there was no coordinator for a session', async () => {
    const { membership, answer, lose } = scene(0);
    answer.find = async () => {
      throw named('KafkaJSGroupCoordinatorNotFound');
    };
    lose(named('KafkaJSConnectionError'));
    await membership.heartbeat(INTERVAL);
    await expect(membership.heartbeat(INTERVAL)).rejects.toThrow('no coordinator of the group');
    await membership.leave();
  });

  it('does not hold up a fetch for a coordinator that hangs', async () => {
    const { membership, answer } = scene();
    const hanging = new EventEmitter();
    answer.heartbeat = async () => void (await once(hanging, 'answer'));
    await membership.heartbeat(INTERVAL);
    hanging.emit('answer');
  });

  it('ends its search when the member leaves', async () => {
    const { membership, answer, events, lose } = scene();
    answer.find = async () => {
      throw named('KafkaJSGroupCoordinatorNotFound');
    };
    lose(named('KafkaJSConnectionError'));
    const asked = once(events, 'asked');
    await membership.heartbeat(INTERVAL);
    await asked;
    await membership.leave();
    const count = events.listenerCount('asked');
    let later = 0;
    events.on('asked', () => (later += 1));
    membership.coordinatorLost();
    expect([count, later]).toEqual([0, 0]);
  });
});
