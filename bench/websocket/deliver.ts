/**
 * CPU of the websocket pods per delivered message: pairs of users on two pods send to each other at a fixed rate; the
 * pods' CPU time is divided by the messages delivered. The log and persistence are cheap stand-ins (see pod.ts), Redis is
 * real.
 * With a rate of 0 it is a closed loop: a recipient's message causes the next, so that the pods are busy but never overrun.
 * REDIS_URL=redis://… node bench/websocket/dist/deliver.js [pairs=250] [messages per second=2000] [seconds=15]
 */
import { WebSocket } from 'ws';
import { newId, type ServerFrame } from '@chat-app/protocol';
import { startPod, type Pod } from './start-pod';

const TICK_MS = 10;
const CONTENT = 'a message of about the length that people write to each other in a chat, give or take';

interface User {
  id: string;
  socket: WebSocket;
  peer?: User;
}

class Tally {
  accepted = 0;
  delivered = 0;
  stored = 0;
  rejected = 0;
  readonly latencies: number[] = [];
}

function connect(pod: Pod, tally: Tally, onMessage: (user: User) => void): Promise<User> {
  const id = newId();
  const socket = new WebSocket(pod.url, { headers: { Authorization: `Bearer ${id}` } });
  const user: User = { id, socket };
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ServerFrame;
      if (frame.type === 'welcome') resolve(user);
      else if (frame.type === 'accepted') tally.accepted += 1;
      else if (frame.type === 'rejected') tally.rejected += 1;
      else if (frame.type === 'stored') tally.stored += frame.message_ids.length;
      else if (frame.type === 'message') {
        tally.delivered += 1;
        tally.latencies.push(performance.now() - Number(frame.content.slice(0, 20)));
        onMessage(user);
      }
    });
  });
}

function say(from: User, to: User, n: number): void {
  const content = `${performance.now().toFixed(4).padEnd(20)}${CONTENT}`;
  from.socket.send(JSON.stringify({ type: 'send', id: String(n), recipient_id: to.id, content }));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Messages of one pair under way in a closed loop. */
const WINDOW = 4;

/** Keeps messages going between the users of each pair; `answer` is what a delivered message causes. */
class ClosedLoop {
  sent = 0;
  running = false;

  answer = (user: User): void => {
    if (!this.running || user.peer === undefined) return;
    this.sent += 1;
    say(user, user.peer, this.sent);
  };

  async run(pairs: [User, User][], seconds: number): Promise<number> {
    const before = this.sent;
    this.running = true;
    for (const [one] of pairs) for (let n = 0; n < WINDOW; n += 1) this.answer(one);
    await pause(seconds * 1_000);
    this.running = false;
    return this.sent - before;
  }
}

async function run(pairs: [User, User][], perSecond: number, seconds: number): Promise<number> {
  const started = performance.now();
  let sent = 0;
  while (performance.now() - started < seconds * 1_000) {
    const due = ((performance.now() - started) / 1_000) * perSecond;
    for (; sent < due; sent += 1) {
      const pair = pairs[sent % pairs.length];
      if (pair === undefined) break;
      const [from, to] = sent % 2 === 0 ? pair : [pair[1], pair[0]];
      say(from, to, sent);
    }
    await pause(TICK_MS);
  }
  return sent;
}

async function main(): Promise<void> {
  const [pairCount = 250, perSecond = 2_000, seconds = 15] = process.argv.slice(2).map(Number);
  const redisUrl = process.env['REDIS_URL'];
  if (redisUrl === undefined) throw new Error('set REDIS_URL');
  const pods = [await startPod({ redisUrl }), await startPod({ redisUrl })] as const;
  await pause(500);
  const tally = new Tally();
  const pairs: [User, User][] = [];
  const loop = new ClosedLoop();
  for (let n = 0; n < pairCount; n += 1) {
    const one = await connect(pods[0], tally, loop.answer);
    const other = await connect(pods[1], tally, loop.answer);
    one.peer = other;
    other.peer = one;
    pairs.push([one, other]);
  }
  const work = (time: number): Promise<number> =>
    perSecond === 0 ? loop.run(pairs, time) : run(pairs, perSecond, time);
  await work(Math.max(5, seconds / 2));
  await pause(2_000);
  const warm = tally.delivered;
  tally.latencies.length = 0;
  const before = await Promise.all(pods.map((pod) => pod.usage()));
  const sent = await work(seconds);
  await pause(2_000);
  const after = await Promise.all(pods.map((pod) => pod.usage()));
  const cpuUs = after.reduce((sum, usage, index) => sum + usage.cpuUs - (before[index]?.cpuUs ?? 0), 0);
  const delivered = tally.delivered - warm;
  tally.latencies.sort((one, other) => one - other);
  const at = (part: number): string => `${tally.latencies[Math.floor(tally.latencies.length * part)]?.toFixed(1)} ms`;
  console.log({
    sent,
    delivered,
    accepted: tally.accepted,
    rejected: tally.rejected,
    stored: tally.stored,
    podCpuUsPerDelivered: Math.round((cpuUs / delivered) * 10) / 10,
    p50: at(0.5),
    p99: at(0.99),
  });
  for (const [one, other] of pairs) {
    one.socket.terminate();
    other.socket.terminate();
  }
  for (const pod of pods) pod.stop();
}

void main();
