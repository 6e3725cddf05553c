/**
 * kill -9 of a pod that holds users, and an outage of Redis: those who watch are told in time that the users of the dead pod are
 * away, and of nobody that they are away while it cannot be known.
 */
import type { SessionResponse } from '@chat-app/protocol';
import { RawSocket, type Frame } from '../testing/raw-socket';
import { call } from '../testing/system-users';
import { eventually } from './testing/eventually';
import { openSession } from './testing/open-session';
import { describeFault } from './testing/with-stack';

const LEASE_MS = 6_000;
/** What a busy machine may add. */
const LATE_MS = 4_000;

const options = { overrides: { websocket: { PRESENCE_LEASE_MS: String(LEASE_MS) } } };

interface Told {
  user_id: string;
  state: string;
}

describeFault('when a pod that holds users is killed, or Redis is', options, (scene) => {
  let users: SessionResponse[];
  let watcher: RawSocket;
  const others: RawSocket[] = [];

  const connect = (user: SessionResponse | undefined, pod: number): Promise<RawSocket> =>
    RawSocket.open(scene.stack.pod('websocket', pod).url, { token: user?.token ?? '' });
  const idOf = (index: number): string => users[index]?.user_id ?? '';
  const statesOf = (index: number): string[] =>
    watcher
      .ofType('presence')
      .flatMap(toldOf)
      .flatMap(({ user_id, state }) => (user_id === idOf(index) ? [state] : []));
  /** Resolves once the last that was told of a user is this. */
  const told = (index: number, state: string): Promise<boolean> =>
    eventually(async () => statesOf(index).at(-1) === state || undefined, `user ${index} is ${state}`);

  beforeEach(async () => {
    const name = `presence-${process.pid}-${Date.now()}`;
    const bodies = [0, 1, 2].map((index) => ({ username: `${name}-${index}`, password: 'comes later than others' }));
    users = await Promise.all(bodies.map((body) => openSession(scene.stack.authenticationUrl, 'register', body)));
    const body = { title: 'all of us', member_ids: [idOf(1), idOf(2)] };
    const made = await call('POST', `${scene.stack.persistence.url}/conversations`, { token: users[0]?.token, body });
    expect(made.status).toBe(201);
    watcher = await connect(users[0], 0);
    others.push(await connect(users[1], 1), await connect(users[2], 0));
    watcher.send({ type: 'watch', user_ids: [idOf(1), idOf(2)] });
    await Promise.all([told(1, 'online'), told(2, 'online')]);
  });
  afterEach(async () => {
    await Promise.all([watcher, ...others.splice(0)].map((socket) => socket.close()));
  });

  it('has the users of the dead pod away within the lease, nobody else, and back with their next connection', async () => {
    const pod = scene.stack.pod('websocket', 1);
    const [before, beforeThat] = [statesOf(1).length, statesOf(2).length];
    await pod.kill();
    try {
      const killed = performance.now();
      await told(1, 'offline');
      expect(performance.now() - killed).toBeLessThan(LEASE_MS + LATE_MS);
      expect([statesOf(1).slice(before), statesOf(2).slice(beforeThat)]).toEqual([['offline'], []]);
      others.push(await connect(users[1], 0));
      await told(1, 'online');
    } finally {
      await pod.start();
    }
  });

  it('knows of nobody while Redis is away, takes nobody for away, and knows again once it is back, empty', async () => {
    const { redis } = scene.stack.backends;
    const before = [1, 2].map((index) => statesOf(index).length);
    await redis.kill();
    try {
      await Promise.all([told(1, 'unknown'), told(2, 'unknown')]);
      // Longer than a lease that nobody can renew.
      await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
    } finally {
      await redis.start();
    }
    await Promise.all([told(1, 'online'), told(2, 'online')]);
    const after = [1, 2].map((index, place) => statesOf(index).slice(before[place]));
    for (const states of after) expect(new Set(states)).toEqual(new Set(['unknown', 'online']));
  });
});

function toldOf(frame: Frame): Told[] {
  return frame['users'] as Told[];
}
