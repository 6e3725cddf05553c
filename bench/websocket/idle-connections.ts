/**
 * Memory of an idle connection: opens many, lets them be, compares the pod's memory before and after.
 * node bench/websocket/dist/idle-connections.js [connections=5000] [watched=20]   (REDIS_URL for real channels)
 * Each connection watches so many users who are there.
 */
import { WebSocket } from 'ws';
import { newId } from '@chat-app/protocol';
import { startPod, type Pod } from './start-pod';

/** What is open before the measurement, so that code and pools are warm. */
const WARM_UP = 200;
const AT_ONCE = 100;

async function open(pod: Pod, count: number, watched: number): Promise<WebSocket[]> {
  const users = Array.from({ length: count }, () => newId());
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    const some = users.slice(sockets.length, sockets.length + AT_ONCE).map((user) => welcomed(pod, user));
    sockets.push(...(await Promise.all(some)));
  }
  if (watched > 0) {
    for (const [index, socket] of sockets.entries()) {
      const user_ids = Array.from({ length: watched }, (_, place) => users[(index + place + 1) % count]);
      socket.send(JSON.stringify({ type: 'watch', user_ids }));
    }
  }
  return sockets;
}

function welcomed(pod: Pod, user: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(pod.url, { headers: { Authorization: `Bearer ${user}` } });
    socket.once('error', reject);
    socket.once('message', () => resolve(socket));
  });
}

const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 5_000);
  const watched = Number(process.argv[3] ?? 20);
  const redisUrl = process.env['REDIS_URL'];
  const pod = await startPod(redisUrl === undefined ? {} : { redisUrl });
  const sockets = await open(pod, WARM_UP, watched);
  await settle(2_000);
  const before = await pod.usage();
  sockets.push(...(await open(pod, count, watched)));
  await settle(5_000);
  await pod.usage();
  const after = await pod.usage();
  const idleFrom = after.cpuUs;
  await settle(30_000);
  const later = await pod.usage();
  const each = (bytes: number): number => Math.round((bytes / count / 1_024) * 100) / 100;
  console.log({
    connections: count,
    watchedEach: watched,
    rssKiBEach: each(after.rss - before.rss),
    heapKiBEach: each(after.heapUsed - before.heapUsed),
    externalKiBEach: each(after.external - before.external),
    rssKiBEachLater: each(later.rss - before.rss),
    idleCpuUsPerConnectionSecond: Math.round(((later.cpuUs - idleFrom) / count / 30) * 100) / 100,
  });
  for (const socket of sockets) socket.terminate();
  pod.stop();
}

void main();
