/** One member of a large room says something, at a rate or as fast as it goes; every member is connected. */
import { setTimeout as delay } from 'node:timers/promises';
import { CpuTime } from '../measure/cpu-time';
import { quantile, rounded } from '../measure/statistics';
import { Product } from '../systems/product';
import { connectAll, nodeOf, type System } from '../systems/system';
import { after, openLoop } from './open-loop';

/** Of one member in so many the latency is taken: reading each body would cost the generator more than the servers. */
const SAMPLED = 20;
/** Messages in flight where it goes as fast as it can. */
const WINDOW = 32;
const SETTLE_MS = 4_000;

export interface RoomFigures {
  scenario: string;
  system: string;
  members: number;
  sent: number;
  deliveriesPerSecond: number;
  /** Of the processes that hold the sockets. */
  cpuUsPerDelivery: number;
  p50?: number | undefined;
  p99?: number | undefined;
  lost: number;
  duplicated: number;
  /** Frames of a message that the client has: at least once is what is promised. */
  repeated: number;
}

/** `rate` undefined: as fast as it goes. @throws for a system without rooms */
export async function room(
  system: System,
  members: number,
  rate: number | undefined,
  seconds: number,
  /** Called when all are connected, before the first word. */
  whenConnected?: () => void,
): Promise<RoomFigures> {
  if (system.makeRoom === undefined) throw new Error(`${system.name} has no rooms`);
  const enter = await system.makeRoom(members);
  const users = Array.from({ length: members }, (_, user) => user);
  const clients = await connectAll(users, (user) => enter(nodeOf(system, user), user));
  try {
    const latencies: number[] = [];
    const got = users.map(() => new Map<string, string | undefined>());
    let [sent, deliveries, duplicated, repeated, running] = [0, 0, 0, 0, true];
    const say = (): void => clients[0]?.say(`${sent++}|${performance.now()}|${'x'.repeat(100)}`);
    for (const [user, client] of clients.entries()) {
      client.onMessage((body, id) => {
        deliveries += 1;
        const sampled = user % SAMPLED === 1;
        if (!sampled) return;
        const [number = '', at] = body.split('|', 2);
        const mine = got[user];
        if (mine?.has(number) === true) {
          // The same message once more, by its id: from the inbox, what a client drops that has it.
          if (id !== undefined && mine.get(number) === id) repeated += 1;
          else duplicated += 1;
          return;
        }
        mine?.set(number, id);
        latencies.push(performance.now() - Number(at));
        // The pace is that of one member.
        if (rate === undefined && user === 1 && running) say();
      });
    }
    await delay(1_500);
    whenConnected?.();
    const holding = system instanceof Product ? system.pids('websocket') : system.own().flatMap(({ pids }) => pids);
    const cpu = new CpuTime({ name: 'holding', pids: holding });
    const [used, began] = [cpu.read(), performance.now()];
    if (rate === undefined) {
      for (let n = 0; n < WINDOW; n += 1) say();
      await delay(seconds * 1_000);
    } else await openLoop(rate, after(seconds * 1_000), say);
    running = false;
    const [spent, delivered, took] = [cpu.read() - used, deliveries, (performance.now() - began) / 1_000];
    await delay(SETTLE_MS);
    const sampled = users.filter((user) => user % SAMPLED === 1);
    return {
      scenario: rate === undefined ? 'room, as fast as it goes' : `room, ${rate}/s`,
      system: system.name,
      members,
      sent,
      deliveriesPerSecond: Math.round(delivered / took),
      cpuUsPerDelivery: rounded(spent / delivered),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      lost: sampled.reduce((sum, user) => sum + sent - (got[user]?.size ?? 0), 0),
      duplicated,
      repeated,
    };
  } finally {
    for (const client of clients) client.close();
  }
}
