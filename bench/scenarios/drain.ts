/** Messages pile up in the log while persistence is stopped; then how fast does it store them? The product alone. */
import { setTimeout as delay } from 'node:timers/promises';
import { startCpuTime } from '../measure/cpu-time';
import { rounded } from '../measure/statistics';
import type { Product } from '../systems/product';
import { load } from './load';

const LOOK_MS = 500;
/** The group takes a member that was stopped for long back in; so many looks may see nothing stored before. */
const LOOKS_BEFORE = 120;
const LOOKS_AFTER = 3;

export interface DrainFigures {
  scenario: 'drain';
  system: string;
  stored: number;
  perSecond: number;
  /** Accepted messages that were not stored in the end. */
  lost: number;
  /** CPU time by group of processes, microseconds a message; of the websocket pods what they do with notices. */
  cpuUs: Record<string, number>;
}

/** @param begin called when persistence goes on, with all that was sent in so many seconds before it */
export async function drain(
  product: Product,
  seconds: number,
  { pairs = 100, begin }: { pairs?: number; begin?: () => void } = {},
): Promise<DrainFigures> {
  const count = async (): Promise<number> =>
    Number((await product.users.query<{ count: string }>('select count(*) from chat.messages'))[0]?.count);
  const pids = product.pids('persistence');
  const before = await count();
  const stopStoring = (): void => {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
  };
  let sent: number;
  try {
    ({ sent } = await load(product, { scenario: 'drain', pairs, window: 16, seconds, whenConnected: stopStoring }));
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  begin?.();
  const cpuOf = startCpuTime([...product.own(), ...product.behind()]);
  const points: { at: number; stored: number }[] = [];
  for (let still = 0, last = 0; still < (last === 0 ? LOOKS_BEFORE : LOOKS_AFTER); await delay(LOOK_MS)) {
    const stored = (await count()) - before;
    if (stored !== last) points.push({ at: performance.now(), stored });
    still = stored === last ? still + 1 : 0;
    last = stored;
  }
  const [from, to] = [points.find(({ stored }) => stored > 0), points.at(-1)];
  if (from === undefined || to === undefined) throw new Error('nothing was stored');
  const perSecond = Math.round(((to.stored - from.stored) / (to.at - from.at)) * 1_000);
  return {
    ...{ scenario: 'drain', system: product.name, stored: to.stored, perSecond, lost: sent - to.stored },
    cpuUs: Object.fromEntries(cpuOf(to.stored).map(([name, us]) => [name, rounded(us)])),
  };
}
