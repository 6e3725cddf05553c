/**
 * Clients that mean harm, each against one pod that others use. The pod's memory stays within 50 MB of what it was, the
 * attacker is answered as the protocol says, and the others hardly notice: 99 of 100 of their messages come within twice
 * the time of before, or of what it takes at the same moments on a second pod that is left in peace: a machine that is
 * shared has bad moments of its own, and both pods have them.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Redis } from 'ioredis';
import { userChannel, writeEnvelope } from '@chat-app/protocol';
import { RawSocket } from '../../testing/raw-socket';
import { call } from '../../testing/system-users';
import { describeFault, type Scene } from '../testing/with-stack';

const GROWTH_BYTES = 50 * 1024 * 1024;
const PROBES = 100;
const ATTEMPTS = 3;
/** Times below this are noise of the machine, not of the pod: this process publishes what floods the pod. */
const NOISE_MS = 100;

interface Ending {
  code?: number;
  status?: number;
  ended?: boolean;
  ready?: boolean;
}

/** What 99 of 100 messages take at the same moments, on the pod under attack and on the other, in milliseconds. */
interface Times {
  attacked: number;
  inPeace: number;
}

interface Account {
  id: string;
  token: string;
}

/** Each of the two pods grants half of it; a probe sends up to 17 a second. */
const overrides = { websocket: { SENDS_PER_SECOND: '40' } };
const options = { websocketPods: 2, persistencePods: 1, overrides };
const ATTACKED = 0;
const IN_PEACE = 1;

describeFault('a pod under attack', options, (scene) => {
  let pair: [RawSocket, RawSocket];
  let elsewhere: [RawSocket, RawSocket];
  let peer: Account;
  let peerElsewhere: Account;

  beforeAll(async () => {
    const one = await register(scene);
    peer = await register(scene);
    pair = [await connect(scene, one), await connect(scene, peer)];
    const other = await register(scene);
    peerElsewhere = await register(scene);
    elsewhere = [await connect(scene, other, IN_PEACE), await connect(scene, peerElsewhere, IN_PEACE)];
    await warmUp(scene);
  });
  afterAll(async () => {
    for (const socket of [...(pair ?? []), ...(elsewhere ?? [])]) await socket.close();
  });

  const probe = async (): Promise<Times> => {
    const [attacked, inPeace] = await Promise.all([p99(pair, peer.id), p99(elsewhere, peerElsewhere.id)]);
    return { attacked, inPeace };
  };

  it.each<[string, string, Ending[]]>([
    ['a flood of sends', 'flood', [{ code: 4003 }]],
    ['a message of 100,000 tiny fragments', 'fragments', [{ code: 1008 }, { code: 1009 }]],
    // Cut where not even pongs could be written any more.
    ['a flood of pings', 'pings', [{ code: 4003 }, { ended: true }]],
    ['a header of a megabyte', 'headers', [{ status: 431 }]],
    ['200 handshakes that never end', 'handshakes', [{ ended: true }]],
  ])('ends %s, and others hardly notice', async (_what, kind, expected) => {
    await measured(scene, probe, kind, async () => {
      const attacker = await register(scene);
      const attack = new Attack(scene, kind, attacker, peer.id);
      const ending = await attack.next();
      await attack.stop();
      expect(expected).toContainEqual(ending);
    });
  });

  it('holds at most a bound for a client that does not read, be it sent 20,000 frames', async () => {
    await measured(scene, probe, 'stalled', async () => {
      const victim = await register(scene);
      const attack = new Attack(scene, 'stalled', victim, peer.id);
      expect(await attack.next()).toEqual({ ready: true });
      await publishMany(scene, victim.id, peer.id, 20_000);
      await eventuallyQuiet(scene);
      await attack.stop();
    });
  });

  it('holds at most a bound for a client that reads a byte a second', async () => {
    await measured(scene, probe, 'trickle', async () => {
      const victim = await register(scene);
      const attack = new Attack(scene, 'trickle', victim, peer.id);
      expect(await attack.next()).toEqual({ ready: true });
      await publishMany(scene, victim.id, peer.id, 5_000);
      await eventuallyQuiet(scene);
      await attack.stop();
    });
  });
});

/** Runs an attack while others chat: compares memory at its highest, and the others' times, with those before. */
async function measured(
  scene: Scene,
  probe: () => Promise<Times>,
  kind: string,
  attack: () => Promise<void>,
): Promise<void> {
  const attempts: { growth: number; kept: boolean }[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await probe();
    const memory = new MemoryWatch(scene);
    let during: Times;
    try {
      const [time] = await Promise.all([probe(), attack()]);
      during = time;
    } finally {
      memory.stop();
    }
    const kept = during.attacked <= 2 * Math.max(before.attacked, during.inPeace, NOISE_MS);
    attempts.push({ growth: memory.growth, kept });
    process.stdout.write(
      `bounds ${kind}: memory +${(memory.growth / 1024 / 1024).toFixed(1)} MB, p99 ${before.attacked} ms before, ` +
        `${during.attacked} ms during, ${during.inPeace} ms meanwhile on the pod in peace\n`,
    );
    if (memory.growth < GROWTH_BYTES && kept) break;
  }
  // A leak would add up over the attempts.
  expect(attempts.at(-1)?.growth).toBeLessThan(GROWTH_BYTES);
  expect(attempts.some(({ kept }) => kept)).toBe(true);
}

/** A pod's resident memory, looked at all the time: a peak has no event. */
class MemoryWatch {
  readonly #from: number;
  readonly #timer: NodeJS.Timeout;
  #highest: number;

  constructor(private readonly scene: Scene) {
    this.#from = this.#highest = residentBytes(scene);
    this.#timer = setInterval(() => (this.#highest = Math.max(this.#highest, residentBytes(this.scene))), 50);
  }

  get growth(): number {
    return this.#highest - this.#from;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function residentBytes({ stack }: Scene): number {
  const status = readFileSync(`/proc/${stack.pod('websocket', ATTACKED).process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024;
}

/** One harmful client, in its thread. */
class Attack {
  readonly #worker: Worker;

  constructor(scene: Scene, kind: string, attacker: Account, recipient: string) {
    const workerData = { kind, port: portOf(scene), token: attacker.token, recipient };
    this.#worker = new Worker(join(__dirname, 'attack.cjs'), { workerData });
  }

  next(): Promise<Ending> {
    return new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** What 99 of 100 messages take from the sender to the recipient, in milliseconds. */
async function p99([sender, recipient]: readonly [RawSocket, RawSocket], to: string): Promise<number> {
  const times: number[] = [];
  for (let probe = 0; probe < PROBES; probe += 1) {
    const content = randomUUID();
    const from = performance.now();
    sender.send({ type: 'send', id: content, recipient_id: to, content });
    await recipient.find('message', (frame) => frame['content'] === content);
    times.push(performance.now() - from);
    // Below the rate that a pod grants to one user.
    await delay(60);
  }
  recipient.frames.length = 0;
  sender.frames.length = 0;
  times.sort((a, b) => a - b);
  return Math.round(times[Math.floor(times.length * 0.98)] ?? 0);
}

/** Fills what a pod fills anyway: code, caches, the young generation of its heap. */
async function warmUp(scene: Scene): Promise<void> {
  const accounts = [await register(scene), await register(scene)] as const;
  const sockets = [await connect(scene, accounts[0]), await connect(scene, accounts[1])];
  await publishMany(scene, accounts[0].id, accounts[1].id, 20_000);
  await eventuallyQuiet(scene);
  for (const socket of sockets) await socket.close();
}

/** Live messages as another pod would publish them. */
async function publishMany({ stack }: Scene, to: string, from: string, count: number): Promise<void> {
  const redis = new Redis(stack.backends.redis.port, '127.0.0.1');
  try {
    for (let at = 0; at < count; at += 100) {
      const batch = redis.pipeline();
      for (let n = 0; n < 100; n += 1) batch.publish(userChannel(to), liveMessage(to, from));
      await batch.exec();
    }
  } finally {
    redis.disconnect();
  }
}

function liveMessage(to: string, from: string): string {
  const message = {
    message_id: randomUUID(),
    conversation_id: randomUUID(),
    sender_id: from,
    recipient_id: to,
    content: 'x'.repeat(1_024),
    sent_at: new Date().toISOString(),
  };
  const { message_id: event_id, conversation_id, sender_id: actor_id } = message;
  const event = { kind: 'event' as const, event_kind: 'message', event_id, conversation_id, actor_id };
  return writeEnvelope(
    { ...event, origin: randomUUID(), accepted_at_ms: Date.now() },
    JSON.stringify({ type: 'message', ...message }),
  );
}

/** Until the pod has received what was published to it: what it received does not grow any more. */
async function eventuallyQuiet({ stack }: Scene): Promise<void> {
  const pod = stack.pod('websocket', ATTACKED);
  for (let last = -1, received = 0; received !== last;) {
    last = received;
    await delay(500);
    received = await pod.metric('chat_fanout_received_total');
  }
}

async function register({ stack }: Scene): Promise<Account> {
  const body = { username: `b-${randomUUID().slice(0, 20)}`, password: randomUUID() };
  const answer = await call('POST', `${stack.authenticationUrl}/register`, { body });
  return { id: answer.body.user_id, token: answer.body.token };
}

function connect(scene: Scene, { token }: Account, pod = ATTACKED): Promise<RawSocket> {
  return RawSocket.open(`http://127.0.0.1:${portOf(scene, pod)}`, { token });
}

function portOf({ stack }: Scene, pod = ATTACKED): number {
  return Number(stack.pod('websocket', pod).process.options.environment['PORT']);
}
