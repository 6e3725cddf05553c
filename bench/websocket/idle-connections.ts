/**
 * Memory of an idle connection: opens many, lets them be, compares the pod's memory before and after.
 * node bench/websocket/dist/idle-connections.js [connections=5000]   (REDIS_URL for real channels)
 */
import { WebSocket } from 'ws';
import { newId } from '@chat-app/protocol';
import { startPod, type Pod } from './start-pod';

/** What is open before the measurement, so that code and pools are warm. */
const WARM_UP = 200;
const AT_ONCE = 100;

async function open(pod: Pod, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () => welcomed(pod));
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

function welcomed(pod: Pod): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(pod.url, { headers: { Authorization: `Bearer ${newId()}` } });
    socket.once('error', reject);
    socket.once('message', () => resolve(socket));
  });
}

const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 5_000);
  const redisUrl = process.env['REDIS_URL'];
  const pod = await startPod(redisUrl === undefined ? {} : { redisUrl });
  const sockets = await open(pod, WARM_UP);
  await settle(2_000);
  const before = await pod.usage();
  sockets.push(...(await open(pod, count)));
  await settle(5_000);
  await pod.usage();
  const after = await pod.usage();
  const idleFrom = after.cpuUs;
  await settle(30_000);
  const later = await pod.usage();
  const each = (bytes: number): number => Math.round((bytes / count / 1_024) * 100) / 100;
  console.log({
    connections: count,
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
