/**
 * `npm run bench:builds -- DIR DIR`: builds of the services in turns in one run on the same backends, A B A B …, and the medians:
 * what a change brings, on a machine that is busy with other work. A directory is the root of a checkout that is built.
 *
 *   --only saturate,steady,drain,room,connect   --rounds 3   --seconds 6
 */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { median, rounded } from './measure/statistics';
import { drain } from './scenarios/drain';
import { idle } from './scenarios/idle';
import { load, type LoadFigures } from './scenarios/load';
import { room } from './scenarios/room';
import type { Product } from './systems/product';
import { BASE_PORT, withProduct } from './systems/with-product';
import { faultsOf } from './table';

/** Figures of one run, by name. */
type Row = Record<string, number>;

async function measure(product: Product, only: readonly string[], seconds: number): Promise<Row> {
  const row: Row = {};
  const take = (name: string, value: number | undefined): void => void (row[name] = rounded(value ?? 0));
  const takeLoad = (name: string, figures: LoadFigures): void => {
    const { cpuUs, perSecond, p50, p99 } = figures;
    for (const [group, us] of Object.entries(cpuUs)) take(`${name}: ${group} µs`, us);
    take(`${name}: own µs`, (cpuUs['websocket'] ?? 0) + (cpuUs['persistence'] ?? 0));
    take(`${name}: messages/s`, perSecond);
    take(`${name}: p50 ms`, p50);
    take(`${name}: p99 ms`, p99);
    take(`${name}: faults`, faultsOf([figures]));
  };
  if (only.includes('saturate')) {
    takeLoad('saturate', await load(product, { scenario: 'saturate', pairs: 100, window: 16, seconds }));
  }
  if (only.includes('steady')) {
    takeLoad('1,000/s', await load(product, { scenario: 'steady', pairs: 100, rate: 1_000, seconds }));
  }
  if (only.includes('drain')) {
    const { cpuUs, perSecond, lost } = await drain(product, seconds);
    for (const [group, us] of Object.entries(cpuUs)) take(`drain: ${group} µs`, us);
    take('drain: messages/s', perSecond);
    take('drain: lost', lost);
  }
  if (only.includes('room')) {
    for (const rate of [10, 40]) {
      const { cpuUsPerDelivery, p50, p99 } = await room(product, 1_000, rate, seconds);
      take(`room ${rate}/s: µs a delivery`, cpuUsPerDelivery);
      take(`room ${rate}/s: p50 ms`, p50);
      take(`room ${rate}/s: p99 ms`, p99);
    }
  }
  if (only.includes('connect')) {
    const { cpuMsPerConnect, perSecond } = await idle(product, 2_000, 1_000);
    take('connect: ms', cpuMsPerConnect);
    take('connect: connects/s', perSecond);
  }
  return row;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: 'saturate,steady' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '6' },
    },
  });
  const roots = positionals.map((root) => resolve(root));
  const only = values.only.split(',');
  const rows: Row[][] = roots.map(() => []);
  await withProduct({ basePort: BASE_PORT }, async (product) => {
    await product.users.create(2_000);
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [index, root] of roots.entries()) {
        await product.restart({ root });
        await load(product, { scenario: 'warm-up', pairs: 100, window: 16, seconds: 3 });
        rows[index]?.push(await measure(product, only, Number(values.seconds)));
        console.log(index, JSON.stringify(rows[index]?.at(-1)));
      }
    }
  });
  for (const name of Object.keys(rows[0]?.[0] ?? {})) {
    const cells = rows.map((all) => {
      const figures = all.map((row) => row[name] ?? NaN);
      return `${String(median(figures)).padStart(9)}  (${figures.join(' ')})`;
    });
    console.log(name.padEnd(28), cells.join('   '));
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
