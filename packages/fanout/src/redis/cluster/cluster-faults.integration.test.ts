import { Metrics, silentLogger } from '@chat-app/platform';
import { describeWithBackend } from '../../../../../test/testing/backends';
import { RedisCluster, type RedisNode } from '../../../../../test/testing/redis-cluster';
import type { Fanout } from '../../fanout';
import { collect, inState } from '../../fanout.contract';
import { createRedisBackend, type RedisBackend } from '../fanout-redis';

jest.setTimeout(120_000);

const opened: Fanout[] = [];
const open = (cluster: readonly string[], podName: string): RedisBackend => {
  const metrics = new Metrics('test');
  const backend = createRedisBackend({ cluster, podName, logger: silentLogger, metrics, canaryIntervalMs: 200 });
  opened.push(backend.fanout);
  return backend;
};
afterEach(() => Promise.all(opened.splice(0).map((each) => each.close())));

/** What happened, in order: states, and gaps. */
const eventsOf = (fanout: Fanout): string[] => {
  const events: string[] = [];
  fanout.onGap(() => events.push('gap'));
  fanout.onStateChange((state) => events.push(state));
  return events;
};
const gap = (fanout: Fanout): Promise<void> => new Promise((resolve) => fanout.onGap(resolve));
/** Publishes until it is received: other pods find their way at another moment. */
const reaches = async (from: Fanout, to: ReturnType<typeof collect>, channel: string): Promise<void> => {
  const text = String(Math.random());
  while (!to.received.includes(`${channel}=${text}`)) {
    await from.publish(channel, text).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describeWithBackend('redis', 'a Redis Cluster whose nodes fail and whose slots move', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start({ replicasOfEach: 1 });
  });
  afterAll(() => cluster.release());
  let one: RedisBackend;
  let other: RedisBackend;
  beforeEach(async () => {
    [one, other] = [open(cluster.addresses, 'one'), open(cluster.addresses, 'other')];
    await Promise.all([one, other].map(({ fanout }) => inState(fanout, 'connected')));
  });

  /** A channel on this node, or on any other. */
  const channelOn = async (node: RedisNode, isOn = true): Promise<string> => {
    for (let number = 0; ; number += 1) {
      const channel = `user:${number}`;
      if (((await cluster.ownerOf(channel)) === node) === isOn) return channel;
    }
  };
  const masters = async (): Promise<[RedisNode, RedisNode]> => {
    const [from, to] = await cluster.masters();
    if (from === undefined || to === undefined) throw new Error('the cluster has no two masters');
    return [from, to];
  };

  it('loses the channels of a killed node alone, and has them on its replica within seconds, having told of the gap', async () => {
    const [node] = await masters();
    const [there, elsewhere] = [await channelOn(node), await channelOn(node, false)];
    const listening = collect(other.fanout);
    await other.fanout.subscribe([there, elsewhere]);
    const events = eventsOf(other.fanout);
    await node.kill();
    await inState(other.fanout, 'degraded');
    await expect(one.fanout.publish(there, 'lost')).rejects.toMatchObject({ code: 'fanout_unavailable' });
    await one.fanout.publish(elsewhere, 'live');
    await expect(listening.until(1)).resolves.toEqual([`${elsewhere}=live`]);
    const began = performance.now();
    await Promise.all([one, other].map(({ fanout }) => inState(fanout, 'connected')));
    // Two seconds until the cluster takes the node for failed, one until a replica is elected.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(events).toEqual(['degraded', 'gap', 'connected']);
    await one.fanout.publish(there, 'again');
    await expect(listening.until(2)).resolves.toEqual([`${elsewhere}=live`, `${there}=again`]);
    await node.start();
    await cluster.settled();
    await cluster.replicaOf(await cluster.ownerOf(there));
  });

  it('follows a failover that an operator asks for', async () => {
    const [before] = await masters();
    const channel = await channelOn(before);
    const listening = collect(other.fanout);
    await other.fanout.subscribe([channel]);
    const after = await cluster.replicaOf(before);
    await after.ask('cluster', 'failover');
    while ((await cluster.ownerOf(channel, after)) !== after) await new Promise((resolve) => setTimeout(resolve, 50));
    await reaches(one.fanout, listening, channel);
    await reaches(other.fanout, listening, channel);
  });

  it('follows a slot to another node, tells of the gap, and fails no publication meanwhile', async () => {
    const [from, to] = await masters();
    const [moving, staying] = [await channelOn(from), await channelOn(to)];
    const listening = collect(other.fanout);
    await other.fanout.subscribe([moving, staying]);
    const told = gap(other.fanout);
    await cluster.moveSlot(moving, from, to);
    // This pod has not heard of it yet.
    await one.fanout.publish(moving, 'while it moves');
    await told;
    await one.fanout.publish(moving, 'moved');
    await one.fanout.publish(staying, 'stayed');
    await inState(other.fanout, 'connected');
    while (!listening.received.includes(`${staying}=stayed`)) await listening.until(listening.received.length + 1);
    expect(listening.received).toContain(`${moving}=moved`);
    await cluster.moveSlot(moving, to, from);
    await reaches(one.fanout, listening, moving);
  });

  it('finds a slot again that went and came back at once', async () => {
    const [from, to] = await masters();
    const channel = await channelOn(from);
    const listening = collect(other.fanout);
    await other.fanout.subscribe([channel]);
    await cluster.moveSlot(channel, from, to);
    await cluster.moveSlot(channel, to, from);
    await reaches(one.fanout, listening, channel);
  });

  it('keeps leases of presence while their slots are on their way', async () => {
    const [from, to] = await masters();
    const users: string[] = [];
    for (let number = 0; users.length < 2; number += 1) {
      if ((await cluster.ownerOf(`presence:${number}`)) === from) users.push(String(number));
    }
    const [held = '', fresh = ''] = users;
    await one.leases.renew(30_000);
    await one.leases.hold([held], 30_000);
    for (const user of users) await cluster.beginMove(`presence:${user}`, from, to);
    await one.leases.hold([fresh], 30_000);
    expect([...(await other.leases.find(users)).keys()].sort()).toEqual([...users].sort());
    for (const user of users) await cluster.moveSlot(`presence:${user}`, from, to);
    expect([...(await other.leases.find(users)).keys()].sort()).toEqual([...users].sort());
    await expect(one.leases.release(users)).resolves.toEqual(users);
    expect((await other.leases.find(users)).size).toBe(0);
    for (const user of users) await cluster.moveSlot(`presence:${user}`, to, from);
  });

  it('notices a node that stands still, and goes on with its replica', async () => {
    const [node] = await masters();
    const channel = await channelOn(node);
    const listening = collect(other.fanout);
    await other.fanout.subscribe([channel]);
    node.signal('SIGSTOP');
    try {
      await inState(other.fanout, 'degraded');
      await inState(other.fanout, 'connected');
      await reaches(one.fanout, listening, channel);
    } finally {
      node.signal('SIGCONT');
    }
    await cluster.settled();
    await reaches(one.fanout, listening, channel);
  });
});

describeWithBackend('redis', 'a Redis Cluster without replicas', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  });
  afterAll(() => cluster.release());

  it('is degraded while a node is away, and back with all channels when the node is', async () => {
    const [one, other] = [open(cluster.addresses, 'one').fanout, open(cluster.addresses, 'other').fanout];
    await Promise.all([one, other].map((fanout) => inState(fanout, 'connected')));
    const many = Array.from({ length: 200 }, (_, index) => `many:${index}`);
    const listening = collect(other);
    await other.subscribe(many);
    const events = eventsOf(other);
    await cluster.nodes[2]?.kill();
    await inState(other, 'degraded');
    await other.unsubscribe(['many:0']);
    await other.subscribe(['many:new']).catch(() => undefined);
    await cluster.nodes[2]?.start();
    await Promise.all([one, other].map((fanout) => inState(fanout, 'connected')));
    expect(events).toEqual(['degraded', 'gap', 'connected']);
    const wanted = [...many.slice(1), 'many:new'];
    for (const channel of ['many:0', ...wanted]) await one.publish(channel, 'x');
    await expect(listening.until(wanted.length)).resolves.toHaveLength(wanted.length);
    expect([...listening.received].sort()).toEqual(wanted.map((channel) => `${channel}=x`).sort());
  });

  it('is found by a pod that started before it, through any one of its nodes', async () => {
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    const pod = open([cluster.nodes[1]?.address ?? ''], 'early').fanout;
    const listening = collect(pod);
    await expect(pod.subscribe(['early:a', 'early:b'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
    expect(pod.state).toBe('degraded');
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await inState(pod, 'connected');
    await pod.publish('early:a', 'x');
    await pod.publish('early:b', 'x');
    await expect(listening.until(2)).resolves.toHaveLength(2);
  });
});
