import { presenceChannel, writeEnvelope } from '@chat-app/protocol';
import { EmbeddedPresenceLeases } from '@chat-app/embedded/fanout';
import { Connection } from '../connections/connection';
import { Transmitter } from '../delivery/transmit-frame';
import type { TestFanout } from '../testing/test-bus';
import { ALICE, BOB, CAROL, TestWorld, until, type TestPod } from '../testing/test-pod';
import type { TestClient } from '../testing/ws-test-client';

const GROUP = '00000000-0000-4000-8000-0000000000aa';

describe('presence', () => {
  let world: TestWorld;
  let pods: [TestPod, TestPod];
  let alice: TestClient;
  beforeEach(async () => {
    world = new TestWorld();
    pods = [await world.pod(), await world.pod()];
    for (const user of [ALICE, BOB]) world.persistence.change(GROUP, user, 'joined', false);
    alice = await world.connect(pods[0], ALICE);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await world.close();
  });

  const tells = async (client: TestClient, user_id: string, state: string): Promise<void> => {
    for (;;) {
      const { users } = await client.next('presence');
      if (users.some((user) => user.user_id === user_id && user.state === state)) return;
    }
  };
  /** Resolves once the pod of the first knows that one of the two blocks the other. */
  const refused = async (client: TestClient, recipient_id: string): Promise<void> => {
    for (let times = 0; ; times += 1) {
      client.say({ type: 'send', id: `${times}`, recipient_id, content: 'hello' });
      if ((await client.next('accepted', 'rejected')).type === 'rejected') return;
    }
  };
  const statesOf = (client: TestClient, user_id: string): string[] =>
    client
      .all('presence')
      .flatMap(({ users }) => users.filter((user) => user.user_id === user_id).map(({ state }) => state));

  it('is told as it is, and when somebody comes to another pod or goes', async () => {
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'offline');
    const bob = await world.connect(pods[1], BOB);
    await tells(alice, BOB, 'online');
    const began = performance.now();
    await bob.close();
    await tells(alice, BOB, 'offline');
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(statesOf(alice, BOB)).toEqual(['offline', 'online', 'offline']);
  });

  it('is online as long as any connection on any pod is, and does not flicker when one comes back at once', async () => {
    const [phone, tablet] = [
      await world.connect(pods[1], BOB),
      await world.connect(pods[0], BOB, { device: 'tablet' }),
    ];
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'online');
    await phone.close();
    await tablet.close();
    await world.connect(pods[1], BOB);
    // The grace of both is over when that of one who left later is.
    const carol = await world.connect(pods[1], CAROL);
    world.persistence.change(GROUP, CAROL, 'joined', false);
    alice.say({ type: 'watch', user_ids: [BOB, CAROL] });
    await tells(alice, CAROL, 'online');
    await carol.close();
    await tells(alice, CAROL, 'offline');
    expect(new Set(statesOf(alice, BOB))).toEqual(new Set(['online']));
  });

  it('is told of nobody with whom one shares no conversation, whoever is asked for', async () => {
    await world.connect(pods[1], CAROL);
    const bob = await world.connect(pods[1], BOB);
    alice.say({ type: 'watch', user_ids: [CAROL, BOB, '00000000-0000-4000-8000-0000000000ff', ALICE] });
    await tells(alice, BOB, 'online');
    await bob.close();
    await tells(alice, BOB, 'offline');
    const named = alice.all('presence').flatMap(({ users }) => users.map(({ user_id }) => user_id));
    expect(new Set(named)).toEqual(new Set([BOB]));
    expect((pods[0].fanout as TestFanout).channels).not.toContain(presenceChannel(CAROL));
  });

  it('is told to neither of two from the moment one blocks the other, not only when it is asked for again', async () => {
    const [bob, carol] = [await world.connect(pods[1], BOB), await world.connect(pods[1], CAROL)];
    world.persistence.change(GROUP, CAROL, 'joined', false);
    alice.say({ type: 'watch', user_ids: [BOB, CAROL] });
    await tells(alice, BOB, 'online');
    world.persistence.block(BOB, ALICE);
    await refused(alice, BOB);
    await bob.close();
    await carol.close();
    await tells(alice, CAROL, 'offline');
    expect(statesOf(alice, BOB)).toEqual(['online']);
  });

  it('is watched until another watch takes its place, or the connection ends; then nothing is subscribed to', async () => {
    const { channels } = pods[0].fanout as TestFanout;
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'offline');
    expect(channels).toContain(presenceChannel(BOB));
    alice.say({ type: 'watch', user_ids: [] });
    await until(() => !channels.has(presenceChannel(BOB)));
    alice.say({ type: 'watch', user_ids: [BOB] });
    await until(() => channels.has(presenceChannel(BOB)));
    await alice.close();
    await until(() => !channels.has(presenceChannel(BOB)));
  });

  it('of a pod that died ends with its lease', async () => {
    const dead = new EmbeddedPresenceLeases(world.leases);
    await dead.renew(700);
    await dead.hold([BOB], 600_000);
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'online');
    const began = performance.now();
    await tells(alice, BOB, 'offline');
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it('is renewed for as long as somebody is connected', async () => {
    const pod = await world.pod({ PRESENCE_LEASE_MS: 1_000 });
    await world.connect(pod, BOB);
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'online');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(statesOf(alice, BOB)).toEqual(['online']);
  });

  it('of many costs a pod one renewal, and is said anew where Redis forgot it unseen', async () => {
    const pod = await world.pod({ PRESENCE_LEASE_MS: 500 });
    const [renewed, held] = [jest.spyOn(pod.leases, 'renew'), jest.spyOn(pod.leases, 'hold')];
    await world.connect(pod, BOB);
    await world.connect(pod, CAROL);
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'online');
    const [renewals, holds] = [renewed.mock.calls.length, held.mock.calls.length];
    await until(() => renewed.mock.calls.length >= renewals + 3);
    expect(held.mock.calls.length).toBe(holds);
    world.leases.clear();
    await until(() => held.mock.calls.length > holds);
    expect(held.mock.calls.at(-1)?.[0].toSorted()).toEqual([BOB, CAROL].toSorted());
  });

  it('ends once Redis is back where it was away as somebody left', async () => {
    const bob = await world.connect(pods[1], BOB);
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'online');
    pods[1].leases.available = false;
    const failed = jest.spyOn(pods[1].leases, 'release');
    await bob.close();
    await until(() => failed.mock.results.length > 0);
    pods[1].leases.available = true;
    world.bus.set('degraded');
    world.bus.set('connected');
    await tells(alice, BOB, 'offline');
  }, 30_000);

  it('is unknown while it cannot be told, not offline, and true again soon after', async () => {
    const bob = await world.connect(pods[1], BOB);
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'online');
    for (const { leases } of pods) leases.available = false;
    world.bus.set('degraded');
    await tells(alice, BOB, 'unknown');
    // Redis came back empty, and its leases can be read before all is heard again.
    world.leases.clear();
    const looked = jest.spyOn(pods[0].leases, 'find');
    for (const { leases } of pods) leases.available = true;
    await until(() => looked.mock.calls.length >= 2);
    world.bus.set('connected');
    await tells(alice, BOB, 'online');
    expect(statesOf(alice, BOB)).toEqual(['online', 'unknown', 'online']);
    await bob.close();
    await tells(alice, BOB, 'offline');
  }, 30_000);

  it('is not believed of the fan-out: a word on it makes the pod look, a forged channel not even that', async () => {
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'offline');
    const looked = jest.spyOn(pods[0].leases, 'find');
    world.bus.publish(presenceChannel(BOB), writeEnvelope({ kind: 'presence', user_id: CAROL }));
    world.bus.publish(presenceChannel(BOB), writeEnvelope({ kind: 'presence', user_id: BOB }));
    await until(() => looked.mock.calls.length > 0);
    expect(looked.mock.calls[0]).toEqual([[BOB]]);
    expect(statesOf(alice, BOB)).toEqual(['offline']);
  });

  it('is asked for again where persistence did not answer', async () => {
    world.persistence.unavailable = true;
    alice.say({ type: 'watch', user_ids: [BOB] });
    await until(() => world.persistence.contactQuestions > 0);
    world.persistence.unavailable = false;
    await tells(alice, BOB, 'offline');
  }, 30_000);

  it('of one who is away says when they were here last, where neither of the two hides it', async () => {
    const { lastSeen, hidden } = world.persistence;
    const before = Date.now() - 3_600_000;
    lastSeen.set(BOB, before);
    const seen = async (client = alice) => {
      client.say({ type: 'watch', user_ids: [] });
      client.say({ type: 'watch', user_ids: [BOB] });
      return (await client.next('presence')).users[0];
    };
    const at = new Date(before).toISOString();
    expect(await seen()).toEqual({ user_id: BOB, state: 'offline', last_seen_at: at });
    const bob = await world.connect(pods[1], BOB);
    await tells(alice, BOB, 'online');
    const leftAt = Date.now();
    await bob.close();
    const { users } = await alice.next('presence');
    expect(users).toEqual([{ user_id: BOB, state: 'offline', last_seen_at: expect.any(String) as string }]);
    expect(Date.parse(String(users[0]?.last_seen_at))).toBeGreaterThanOrEqual(leftAt);
    hidden.add(BOB);
    expect(await seen()).toEqual({ user_id: BOB, state: 'offline' });
    hidden.delete(BOB);
    hidden.add(ALICE);
    expect(await seen()).toEqual({ user_id: BOB, state: 'offline' });
    const tablet = await world.connect(pods[1], ALICE, { device: 'tablet' });
    expect(await seen(tablet)).toEqual({ user_id: BOB, state: 'offline' });
    hidden.clear();
    expect(await seen(tablet)).toHaveProperty('last_seen_at');
  });

  it('says when somebody was here last to nobody who asks after it was hidden, also where it was asked for before', async () => {
    world.persistence.lastSeen.set(BOB, Date.now() - 3_600_000);
    const watch = async (client: TestClient) => {
      client.say({ type: 'watch', user_ids: [BOB] });
      return (await client.next('presence')).users[0];
    };
    expect(await watch(alice)).toHaveProperty('last_seen_at');
    world.persistence.hidden.add(BOB);
    world.persistence.change(GROUP, CAROL, 'joined', false);
    const carol = await world.connect(pods[0], CAROL);
    expect(await watch(carol)).toEqual({ user_id: BOB, state: 'offline' });
    expect(await watch(alice)).toEqual({ user_id: BOB, state: 'offline' });
  });

  it('waits once for a connection that does not read, however often it watches and whoever comes and goes', async () => {
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'offline');
    const congested = jest
      .spyOn(Transmitter.prototype, 'isCongested')
      .mockImplementation(({ userId }) => userId === ALICE);
    const drained: (() => void)[] = [];
    jest.spyOn(Connection.prototype, 'onceDrained').mockImplementation((tell) => void drained.push(tell));
    for (let times = 1; times <= 10; times += 1) {
      alice.say({ type: 'watch', user_ids: [BOB] });
      await until(() => congested.mock.calls.length >= times);
    }
    const bob = await world.connect(pods[1], BOB);
    await until(() => congested.mock.calls.length > 10);
    expect(drained).toHaveLength(1);
    congested.mockRestore();
    drained[0]?.();
    await tells(alice, BOB, 'online');
    await bob.close();
    await tells(alice, BOB, 'offline');
  });

  it('is told without when somebody was here last where persistence cannot say it', async () => {
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'offline');
    const bob = await world.connect(pods[1], BOB);
    await tells(alice, BOB, 'online');
    world.persistence.unavailable = true;
    await bob.close();
    expect((await alice.next('presence')).users).toEqual([{ user_id: BOB, state: 'offline' }]);
  });

  it('of too many is refused, and so is asking too often', async () => {
    alice.say({ type: 'watch', user_ids: Array.from({ length: 501 }, () => BOB) });
    expect(await alice.next('error')).toMatchObject({ code: 'invalid_request' });
    for (let n = 0; n < 40; n += 1) alice.say({ type: 'watch', user_ids: [BOB] });
    expect(await alice.next('error')).toMatchObject({ code: 'rate_limited' });
    expect(world.persistence.contactQuestions).toBeLessThan(30);
  });

  it('is no frame of a server whose persistence does not know it', async () => {
    world.persistence.features = ['message'];
    const pod = await world.pod();
    const bob = await world.connect(pod, BOB);
    expect(bob.all('welcome')[0]?.features).not.toContain('presence');
    bob.say({ type: 'watch', user_ids: [ALICE] });
    expect(await bob.next('error')).toMatchObject({ code: 'unknown_type' });
  });

  it('of a pod that is taken down in order ends at once', async () => {
    const pod = await world.pod();
    await world.connect(pod, BOB);
    alice.say({ type: 'watch', user_ids: [BOB] });
    await tells(alice, BOB, 'online');
    await pod.service.drain();
    await pod.service.close();
    await tells(alice, BOB, 'offline');
  });
});
