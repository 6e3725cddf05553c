/**
 * What a live copy costs on one Redis and on a cluster of three, in turns, with a pod that publishes and a pod that subscribes in
 * this process. Starts the servers itself. Linux.
 *
 *   node -r ./test/testing/run-typescript.cjs bench/fanout/publish.ts [rounds] [seconds] [channels]
 */
import { Metrics, silentLogger } from '@chat-app/platform';
import type { Fanout } from '@chat-app/fanout';
import { createRedisFanout } from '@chat-app/fanout/redis';
import { startPrivateRedis } from '../../test/testing/private-servers';
import { RedisCluster } from '../../test/testing/redis-cluster';
import { CpuTime } from '../measure/cpu-time';
import { median, rounded } from '../measure/statistics';

const ROUNDS = Number(process.argv[2] ?? 3);
const SECONDS = Number(process.argv[3] ?? 5);
const CHANNELS = Number(process.argv[4] ?? 5_000);
const IN_FLIGHT = 256;
const PAYLOAD = 'x'.repeat(400);

interface Measured {
  published: number;
  lost: number;
  /** Microseconds of each publication. */
  podCpu: number;
  redisCpu: number;
  /** Of the server that had most to do. */
  busiestCpu: number;
  subscribeMs: number;
}

const open = async (address: { url?: string; cluster?: readonly string[] }, podName: string): Promise<Fanout> => {
  const fanout = createRedisFanout({ ...address, podName, logger: silentLogger, metrics: new Metrics('bench') });
  await new Promise<void>((resolve) => fanout.onStateChange((state) => state === 'connected' && resolve()));
  return fanout;
};

async function measure(
  address: { url?: string; cluster?: readonly string[] },
  pids: readonly number[],
): Promise<Measured> {
  const [publisher, subscriber] = [await open(address, 'publisher'), await open(address, 'subscriber')];
  const channels = Array.from({ length: CHANNELS }, (_, number) => `user:${number}`);
  let received = 0;
  subscriber.onMessage(() => (received += 1));
  const subscribing = performance.now();
  await subscriber.subscribe(channels);
  const subscribeMs = performance.now() - subscribing;
  const servers = pids.map((pid) => new CpuTime({ name: 'redis', pids: [pid] }));
  const before = servers.map((server) => server.read());
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  let published = 0;
  const publish = async (first: number): Promise<void> => {
    for (let number = first; performance.now() - began < SECONDS * 1_000; number += IN_FLIGHT) {
      await publisher.publish(channels[number % CHANNELS] ?? '', PAYLOAD);
      published += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, index) => publish(index)));
  for (const end = performance.now() + 2_000; received < published && performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { user, system } = process.cpuUsage(cpu);
  const used = servers.map((server, index) => server.read() - (before[index] ?? 0));
  await Promise.all([publisher.close(), subscriber.close()]);
  return {
    published: published / SECONDS,
    lost: published - received,
    podCpu: (user + system) / published,
    redisCpu: used.reduce((sum, each) => sum + each, 0) / published,
    busiestCpu: Math.max(...used) / published,
    subscribeMs,
  };
}

async function main(): Promise<void> {
  const single = await startPrivateRedis();
  const cluster = await RedisCluster.start();
  try {
    const systems = {
      'one Redis': () => measure({ url: single.url }, [single.process.pid]),
      'cluster of three': () =>
        measure(
          { cluster: cluster.addresses },
          cluster.nodes.map(({ pid }) => pid),
        ),
    };
    const all = new Map<string, Measured[]>();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, run] of Object.entries(systems)) all.set(name, [...(all.get(name) ?? []), await run()]);
    }
    for (const [name, measured] of all) {
      const middle = (key: keyof Measured) => rounded(median(measured.map((each) => each[key])) ?? 0);
      console.log(
        JSON.stringify({
          system: name,
          publications_s: Math.round(middle('published')),
          pods_us: middle('podCpu'),
          redis_us: middle('redisCpu'),
          busiest_redis_us: middle('busiestCpu'),
          subscribe_ms: Math.round(middle('subscribeMs')),
          lost: measured.reduce((sum, { lost }) => sum + lost, 0),
        }),
      );
    }
  } finally {
    await cluster.release();
    await single.release();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
