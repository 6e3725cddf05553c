/**
 * What presence costs a pod while nobody comes or goes: 5,000 users who are held, each of whom watches 20 others. Needs a Redis:
 *
 *   REDIS_URL=redis://127.0.0.1:6379 node -r ./test/testing/run-typescript.cjs bench/websocket/presence.ts [users] [seconds]
 */
import { randomUUID } from 'node:crypto';
import { Metrics, silentLogger } from '@chat-app/platform';
import { createRedisBackend } from '@chat-app/fanout/redis';
import { systemClock } from '../../services/websocket/src/clock';
import { Connection } from '../../services/websocket/src/connections/connection';
import { Credential } from '../../services/websocket/src/connections/credential';
import { Registry } from '../../services/websocket/src/connections/registry';
import { Subscriptions } from '../../services/websocket/src/delivery/subscriptions';
import { Transmitter } from '../../services/websocket/src/delivery/transmit-frame';
import { declareMetrics } from '../../services/websocket/src/metrics';
import type { PersistenceClient } from '../../services/websocket/src/peers/persistence-client';
import { LastSeen } from '../../services/websocket/src/presence/keep-last-seen';
import { LeaseHolder } from '../../services/websocket/src/presence/hold-leases';
import { PresenceWatch } from '../../services/websocket/src/presence/watch-presence';
import { TimerWheel } from '../../services/websocket/src/timer-wheel';

const USERS = Number(process.argv[2] ?? 5_000);
const SECONDS = Number(process.argv[3] ?? 60);
const WATCHED = 20;
const SETTLE_MS = 5_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Share of a core, percent, that this process uses in so many seconds. */
async function shareOfCore(seconds: number): Promise<number> {
  const [before, began] = [process.cpuUsage(), performance.now()];
  await pause(seconds * 1_000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - began);
}

async function main(): Promise<void> {
  const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
  const own = new Metrics('bench');
  const logger = silentLogger;
  const { fanout, leases } = createRedisBackend({ url, podName: 'bench', logger, metrics: own });
  const registry = new Registry();
  const metrics = declareMetrics(own, registry);
  const wheel = new TimerWheel(25);
  const persistence: Pick<PersistenceClient, 'findContacts' | 'findLastSeen' | 'recordLastSeen'> = {
    findContacts: async (_user, ids) => ({ userIds: [...ids], seesLastSeen: true, hiding: [] }),
    findLastSeen: async () => new Map(),
    recordLastSeen: async () => undefined,
  };
  const lastSeen = new LastSeen(persistence, metrics, systemClock, logger);
  const shared = { lastSeen, leases, fanout, registry, wheel, metrics, logger, clock: systemClock };
  const holder = new LeaseHolder({ ...shared, leaseMs: 30_000 });
  const watch = new PresenceWatch({
    ...shared,
    subscriptions: new Subscriptions(fanout, logger),
    transmitter: new Transmitter(1_048_576, metrics),
    persistence,
  });
  while (fanout.state !== 'connected') await pause(50);
  const idle = await shareOfCore(5);
  const listener = {
    onText: () => undefined,
    onPing: () => undefined,
    onPong: () => undefined,
    onClosed: () => undefined,
  };
  const ids = Array.from({ length: USERS }, () => randomUUID());
  holder.start();
  watch.start();
  for (const [index, userId] of ids.entries()) {
    const connection = new Connection(userId, { userId, deviceId: 'd', named: true }, new Credential('s', 0), listener);
    connection.open();
    registry.add(connection);
    holder.came(userId);
    void watch.watch(
      connection,
      Array.from({ length: WATCHED }, (_, n) => ids[(index + n + 1) % USERS] ?? userId),
    );
  }
  await pause(SETTLE_MS);
  const busy = await shareOfCore(SECONDS);
  console.log(JSON.stringify({ users: USERS, watched: watch.size, idle_percent: idle, presence_percent: busy - idle }));
  await holder.stop();
  watch.stop();
  wheel.close();
  await fanout.close();
}

void main();
