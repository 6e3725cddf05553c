/** Opens connections that say nothing: what a connect costs, what a connection keeps in memory, what it costs while idle. */
import { setTimeout as delay } from 'node:timers/promises';
import { CpuTime, residentKiB } from '../measure/cpu-time';
import { rounded } from '../measure/statistics';
import { Product } from '../systems/product';
import { connectAll, nodeOf, type Client, type System } from '../systems/system';

const AT_ONCE = 100;
/** What is open before the measurement, so that code and pools are warm. */
const WARM_UP = 500;

export interface IdleFigures {
  scenario: 'connect';
  system: string;
  connections: number;
  perSecond: number;
  /** Of the processes that hold the sockets. */
  cpuMsPerConnect: number;
  kiBPerConnection: number;
  /** Percent of a core, of all together. */
  idleCpuPercent: number;
}

export async function idle(system: System, connections: number, settleMs = 20_000): Promise<IdleFigures> {
  const holding = system instanceof Product ? [{ name: 'websocket', pids: system.pids('websocket') }] : system.own();
  const pids = holding.flatMap((group) => group.pids);
  const cpu = new CpuTime({ name: 'holding', pids });
  const users = Array.from({ length: connections }, (_, user) => user);
  const warm = Math.min(WARM_UP, Math.floor(connections / 4));
  const connect = (user: number): Promise<Client> => system.connect(nodeOf(system, user), user);
  const clients = await connectAll(users.slice(0, warm), connect, AT_ONCE);
  try {
    await delay(3_000);
    const [memory, used, began] = [residentKiB(pids), cpu.read(), performance.now()];
    clients.push(...(await connectAll(users.slice(warm), connect, AT_ONCE)));
    const [took, spent] = [(performance.now() - began) / 1_000, cpu.read() - used];
    await delay(settleMs);
    const [grown, idleFrom] = [residentKiB(pids) - memory, cpu.read()];
    await delay(settleMs / 2);
    const opened = connections - warm;
    return {
      scenario: 'connect',
      system: system.name,
      connections,
      perSecond: Math.round(opened / took),
      cpuMsPerConnect: rounded(spent / 1_000 / opened),
      kiBPerConnection: rounded(grown / opened),
      idleCpuPercent: rounded((cpu.read() - idleFrom) / (settleMs / 2) / 10),
    };
  } finally {
    for (const client of clients) client.close();
  }
}
