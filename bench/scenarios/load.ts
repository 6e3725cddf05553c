/**
 * Pairs of users on different nodes; the first of each writes to the second. Closed loop (`window` in flight a pair) finds
 * the ceiling, open loop (`rate` a second in all) finds latency at a given load. Tells what recipients saw, and CPU time of
 * each group of processes a delivered message.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Observation } from '../../test/checker/history';
import { startCpuTime } from '../measure/cpu-time';
import { Ledger, type History } from '../measure/ledger';
import { quantile, rounded } from '../measure/statistics';
import { verify, type Verification } from '../measure/verify';
import { Product } from '../systems/product';
import { connectAll, nodeOf, type Client, type System } from '../systems/system';
import { after, openLoop } from './open-loop';

/** How many pairs are held against what the stores hold. */
const VERIFIED_PAIRS = 10;
/** For what may come twice, and for clients to confirm. */
const AFTERMATH_MS = 1_500;

export interface LoadOptions {
  scenario: string;
  pairs: number;
  /** Messages in flight a pair; or: */
  window?: number;
  /** messages a second in all. */
  rate?: number;
  seconds: number;
  /** Milliseconds after the load within which everything has to come; what comes later is lost. */
  settleMs?: number;
  /** Users 0 … 2 × pairs - 1 where they are connected already, and stay so; then nothing is held against what is stored. */
  clients?: readonly Client[];
  /** Called when all are connected; what is stored is held against what was seen only without it. */
  whenConnected?: () => void;
}

export interface LoadFigures extends History {
  scenario: string;
  system: string;
  pairs: number;
  perSecond: number;
  /** Milliseconds from sending to receiving; absent where nothing came. */
  p50?: number | undefined;
  p99?: number | undefined;
  /** Microseconds of the system's own processes, and of those behind it, a message. */
  ownCpuUs: number;
  behindCpuUs: number;
  /** The same by group of processes. */
  cpuUs: Record<string, number>;
  verified?: Verification;
}

export async function load(system: System, options: LoadOptions): Promise<LoadFigures> {
  const { scenario, pairs, window = 0, rate = 0, seconds, settleMs = 20_000, whenConnected } = options;
  const observations: Observation[] = [];
  const observe = (seen: Observation): void => void observations.push(seen);
  const users = Array.from({ length: 2 * pairs }, (_, user) => user);
  const connect = (user: number): Promise<Client> =>
    system instanceof Product && user < 2 * VERIFIED_PAIRS
      ? system.connect(nodeOf(system, user), user, { observe })
      : system.connect(nodeOf(system, user), user);
  const clients = options.clients ?? (await connectAll(users, connect));
  try {
    const ledger = new Ledger();
    let running = true;
    const write = (sender: number): void => clients[sender]?.send(sender + 1, ledger.write(sender));
    for (const client of clients) {
      client.onMessage((body) => {
        const sender = ledger.read(body);
        if (window > 0 && running && sender !== undefined) write(sender);
      });
    }
    await delay(500);
    whenConnected?.();
    const cpuOf = startCpuTime([...system.own(), ...system.behind()]);
    const began = performance.now();
    if (window > 0) {
      for (let pair = 0; pair < pairs; pair += 1) for (let n = 0; n < window; n += 1) write(2 * pair);
      await delay(seconds * 1_000);
    } else await openLoop(rate, after(seconds * 1_000), (n) => write(2 * (n % pairs)));
    running = false;
    const received = ledger.received;
    const took = (performance.now() - began) / 1_000;
    const cpuUs = cpuOf(received);
    await settled(ledger, settleMs);
    const sum = (from: number, to?: number): number =>
      rounded(cpuUs.slice(from, to).reduce((all, [, us]) => all + us, 0));
    const latencies = ledger.takeLatencies();
    const own = system.own().length;
    const mine = observations.filter((seen) => !('content' in seen) || ledger.owns(seen.content));
    const verified =
      system instanceof Product && whenConnected === undefined && options.clients === undefined
        ? await verifyPairs(system, Math.min(pairs, VERIFIED_PAIRS), mine)
        : undefined;
    return {
      scenario,
      system: system.name,
      pairs,
      perSecond: Math.round(received / took),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      ownCpuUs: sum(0, own),
      behindCpuUs: sum(own),
      cpuUs: Object.fromEntries(cpuUs.map(([name, us]) => [name, rounded(us)])),
      ...ledger.history(),
      ...(verified !== undefined && { verified }),
    };
  } finally {
    if (options.clients === undefined) for (const client of clients) client.close();
  }
}

function verifyPairs(
  { users, databaseUrl }: Product,
  count: number,
  observations: Observation[],
): Promise<Verification> {
  const pairs = Array.from({ length: count }, (_, pair) => [users.idOf(2 * pair), users.idOf(2 * pair + 1)] as const);
  return verify(databaseUrl, pairs, observations);
}

/** Waits until everything came, and a moment for what comes twice. */
async function settled(ledger: Ledger, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (ledger.history().lost > 0 && performance.now() < end) await delay(20);
  await delay(AFTERMATH_MS);
}
