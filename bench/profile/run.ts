/**
 * `npm run bench:profile -- saturate`: CPU profiles of a websocket pod and of persistence while one hot path is busy, summed up:
 * functions by their own time, by all that they called, and packages. Some of saturate, steady, drain, room, room10 and connect; a profile
 * begins once everybody is connected, or the backlog is there. The profiles stay in `.dev/bench/profiles`, for Chrome's or any other viewer. With
 * `--root DIR` of another checkout that is built, and with `--env NAME=value` in the services' environment.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { environmentOf } from '../environment-of';
import { drain } from '../scenarios/drain';
import { load } from '../scenarios/load';
import { idle } from '../scenarios/idle';
import { room } from '../scenarios/room';
import type { Product } from '../systems/product';
import { BASE_PORT, withProduct } from '../systems/with-product';
import { summarize } from './summarize';

const directory = resolve(__dirname, '..', '..', '.dev', 'bench', 'profiles');
const PODS = ['websocket-0', 'persistence-0'] as const;

/** Goes a path, and begins the profile when what it is about begins. */
type Path = (product: Product, begin: () => void) => Promise<unknown>;
const PATHS: Record<string, Path> = {
  saturate: (product, whenConnected) =>
    load(product, { scenario: 'saturate', pairs: 100, window: 16, seconds: 8, whenConnected }),
  steady: (product, whenConnected) =>
    load(product, { scenario: 'steady', pairs: 100, rate: 1_000, seconds: 8, whenConnected }),
  drain: (product, begin) => drain(product, 6, { begin }),
  room: (product, whenConnected) => room(product, 1_000, 40, 8, whenConnected),
  room10: (product, whenConnected) => room(product, 1_000, 10, 8, whenConnected),
  connect: (product, begin) => {
    begin();
    return idle(product, 3_000, 1_000);
  },
};

async function main(): Promise<void> {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: { root: { type: 'string' }, env: { type: 'string', multiple: true, default: [] } },
  });
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const environment = {
    ...environmentOf(values.env),
    NODE_OPTIONS: `--max-semi-space-size=64 --require=${join(__dirname, 'profile-on-signal.cjs')}`,
    PROFILE_DIRECTORY: directory,
  };
  await withProduct({ basePort: BASE_PORT, environment }, async (product) => {
    if (values.root !== undefined) await product.restart({ root: resolve(values.root) });
    await product.users.create(3_000);
    await load(product, { scenario: 'warm-up', pairs: 50, window: 16, seconds: 6 });
    for (const name of names) {
      const path = PATHS[name];
      if (path === undefined) throw new Error(`"${name}" is none of ${Object.keys(PATHS).join(' ')}`);
      console.log(JSON.stringify(await path(product, () => signal(product))));
      signal(product);
      for (const pod of PODS) await report(name, pod);
    }
  });
}

function signal(product: Product): void {
  for (const pod of PODS) for (const pid of product.pids(pod)) process.kill(pid, 'SIGUSR2');
}

async function report(name: string, pod: string): Promise<void> {
  const file = join(directory, `${pod}.cpuprofile`);
  while (!existsSync(file)) await delay(50);
  const { busy, self, inclusive, packages } = summarize(file);
  const kept = join(directory, `${name}-${pod}.cpuprofile`);
  renameSync(file, kept);
  console.log(`\n## ${name}, ${pod}: ${percent(busy)} busy; shares of that`);
  for (const [title, shares, count] of [
    ['packages', packages, 14],
    ['functions themselves', self, 25],
    ['functions and what they call', inclusive, 40],
  ] as const) {
    console.log(`\n${title}`);
    for (const [what, share] of shares.slice(0, count)) console.log(`  ${percent(share).padStart(7)}  ${what}`);
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
