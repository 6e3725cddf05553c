/**
 * `npm run bench:cost`: what a message costs as work grows, in CPU time of each group of processes: at a steady rate with 100 to
 * 20,000 sockets, and with 2 to 6 websocket pods. Writes the figures and a plot to docs/performance/; with `--plot` draws the
 * figures that are there again.
 *
 *   --sockets 100,1000,5000,20000   --pods 2,3,4,6   --rate 500   --seconds 10   --rounds 1
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { load, type LoadFigures } from '../scenarios/load';
import { median, rounded } from '../measure/statistics';
import type { Product } from '../systems/product';
import { connectAll, nodeOf, type Client } from '../systems/system';
import { BASE_PORT, withProduct } from '../systems/with-product';
import { plotCost, type CostFigures } from './plot';

const directory = resolve(__dirname, '..', '..', 'docs', 'performance');
const [FIGURES, PLOT] = [join(directory, 'cost.json'), join(directory, 'cost.svg')];

/** Sockets open while the number of pods grows. */
const SOCKETS_BY_PODS = 1_000;

interface Options {
  sockets: number[];
  pods: number[];
  rate: number;
  seconds: number;
  rounds: number;
}

function readOptions(): Options & { plotOnly: boolean } {
  const { values } = parseArgs({
    options: {
      sockets: { type: 'string', default: '100,1000,5000,20000' },
      pods: { type: 'string', default: '2,3,4,6' },
      rate: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '1' },
      plot: { type: 'boolean', default: false },
    },
  });
  const numbers = (text: string): number[] => text.split(',').map(Number);
  const { sockets, pods, rate, seconds, rounds, plot } = values;
  return {
    sockets: numbers(sockets),
    pods: numbers(pods),
    rate: Number(rate),
    seconds: Number(seconds),
    rounds: Number(rounds),
    plotOnly: plot,
  };
}

/** Connects more users until there are so many. */
async function grow(product: Product, clients: Client[], sockets: number): Promise<void> {
  const users = Array.from({ length: sockets - clients.length }, (_, index) => clients.length + index);
  clients.push(...(await connectAll(users, (user) => product.connect(nodeOf(product, user), user))));
}

/** Every socket is one of a pair; the messages a second are the same however many there are. */
async function measure(
  product: Product,
  clients: readonly Client[],
  pods: number,
  { rate, seconds, rounds }: Options,
): Promise<CostFigures> {
  const sockets = clients.length;
  const runs: LoadFigures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    runs.push(await load(product, { scenario: 'cost', pairs: sockets / 2, rate, seconds, clients }));
  }
  const middle = (of: (run: LoadFigures) => number | undefined): number | undefined => {
    const found = median(runs.flatMap((run) => of(run) ?? []));
    return found === undefined ? undefined : rounded(found);
  };
  const groups = Object.keys(runs[0]?.cpuUs ?? {});
  const figures = {
    sockets,
    pods,
    perSecond: middle(({ perSecond }) => perSecond) ?? 0,
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    cpuUs: Object.fromEntries(groups.map((group) => [group, middle(({ cpuUs }) => cpuUs[group]) ?? 0])),
  };
  console.log(JSON.stringify(figures));
  return figures;
}

async function measureAll(options: Options): Promise<{ bySockets: CostFigures[]; byPods: CostFigures[] }> {
  const [bySockets, byPods]: [CostFigures[], CostFigures[]] = [[], []];
  await withProduct({ basePort: BASE_PORT }, async (product) => {
    await product.users.create(Math.max(...options.sockets, SOCKETS_BY_PODS));
    await load(product, { scenario: 'warm-up', pairs: 50, window: 16, seconds: 5 });
    const clients: Client[] = [];
    for (const sockets of options.sockets) {
      await grow(product, clients, sockets);
      bySockets.push(await measure(product, clients, 2, options));
    }
    for (const client of clients.splice(0)) client.close();
    for (const pods of options.pods) {
      const known = bySockets.find((one) => one.sockets === SOCKETS_BY_PODS && one.pods === pods);
      if (known !== undefined) {
        byPods.push(known);
        continue;
      }
      await product.restart({ websocketPods: pods });
      await load(product, { scenario: 'warm-up', pairs: 50, window: 16, seconds: 5 });
      await grow(product, clients, SOCKETS_BY_PODS);
      byPods.push(await measure(product, clients, pods, options));
      for (const client of clients.splice(0)) client.close();
    }
  });
  return { bySockets, byPods };
}

async function main(): Promise<void> {
  const { plotOnly, ...options } = readOptions();
  mkdirSync(directory, { recursive: true });
  if (!plotOnly) {
    const figures = { rate: options.rate, ...(await measureAll(options)) };
    writeFileSync(FIGURES, `${JSON.stringify(figures, undefined, 2)}\n`);
  }
  const figures = JSON.parse(readFileSync(FIGURES, 'utf8')) as Parameters<typeof plotCost>[0];
  writeFileSync(PLOT, plotCost(figures));
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
