/**
 * `npm run bench:tracing`: what tracing costs. The same services on the same backends without tracing, with one message in ten
 * and with every message traced, in turns, each begun anew and warm before it is measured; CPU a message, and how much more than
 * the turn without tracing that came before.
 *
 *   --modes off,tenth,every,deaf   --rounds 3   --seconds 10   --warm-up 30   --rate 1000   --saturate
 *
 * `deaf` traces every message to a collector that takes connections and never answers.
 */
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { median, rounded } from './measure/statistics';
import { load, type LoadFigures } from './scenarios/load';
import type { Product } from './systems/product';
import { BASE_PORT, withProduct } from './systems/with-product';
import { faultsOf } from './table';

const PAIRS = 100;

type Row = Record<string, number>;

/** Takes traces as any collector would, without a look at them: decoding would cost more than what is measured. */
class Collector {
  requests = 0;
  readonly #deaf = createServer(() => undefined);
  readonly #takes: Server = createHttpServer((request, response) => {
    this.requests += 1;
    request.resume().once('end', () => response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end());
  });

  async open(): Promise<void> {
    for (const server of [this.#deaf, this.#takes]) await once(server.listen(0, '127.0.0.1'), 'listening');
  }

  /** Environment of services by mode. */
  modes(): Record<string, Record<string, string>> {
    return {
      off: {},
      tenth: exportTo(this.#takes, '0.1'),
      every: exportTo(this.#takes, '1'),
      deaf: exportTo(this.#deaf, '1'),
    };
  }
}

function exportTo(server: Server, share: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: share,
  };
}

async function measure(product: Product, seconds: number, warmUp: number, loads: Record<string, object>): Promise<Row> {
  await load(product, { scenario: 'warm-up', pairs: PAIRS, window: 16, seconds: warmUp });
  const row: Row = {};
  for (const [name, how] of Object.entries(loads)) {
    const figures: LoadFigures = await load(product, { scenario: name, pairs: PAIRS, seconds, ...how });
    row[`${name}: websocket µs`] = figures.cpuUs['websocket'] ?? NaN;
    row[`${name}: persistence µs`] = figures.cpuUs['persistence'] ?? NaN;
    row[`${name}: both µs`] = figures.ownCpuUs;
    row[`${name}: messages/s`] = figures.perSecond;
    row[`${name}: p50 ms`] = rounded(figures.p50 ?? NaN);
    row[`${name}: p99 ms`] = rounded(figures.p99 ?? NaN);
    row[`${name}: faults`] = faultsOf([figures]);
  }
  return row;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      modes: { type: 'string', default: 'off,tenth,every' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: '30' },
      rate: { type: 'string', default: '1000' },
      saturate: { type: 'boolean', default: false },
    },
  });
  const loads = {
    [`${values.rate}/s`]: { rate: Number(values.rate) },
    ...(values.saturate && { saturated: { window: 16 } }),
  };
  const collector = new Collector();
  await collector.open();
  const all = collector.modes();
  const rows: Record<string, Row[]> = Object.fromEntries(values.modes.split(',').map((mode) => [mode, []]));
  await withProduct({ basePort: BASE_PORT }, async (product) => {
    await product.users.create(2 * PAIRS);
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [mode, taken] of Object.entries(rows)) {
        const environment = all[mode];
        if (environment === undefined) throw new Error(`"${mode}" is none of ${Object.keys(all).join(' ')}`);
        const before = collector.requests;
        await product.restart({ environment });
        taken.push(await measure(product, Number(values.seconds), Number(values['warm-up']), loads));
        console.log(mode, collector.requests - before, 'exports', JSON.stringify(taken.at(-1)));
      }
    }
  });
  print(rows);
}

/** Medians of each mode, and in brackets what each turn was; of CPU the median of how much more than the first mode it was. */
function print(rows: Record<string, Row[]>): void {
  const [first = []] = Object.values(rows);
  for (const name of Object.keys(first[0] ?? {})) {
    console.log(name);
    for (const [mode, turns] of Object.entries(rows)) {
      const figures = turns.map((row) => row[name] ?? NaN);
      const more = figures.map((figure, round) => 100 * (figure / (first[round]?.[name] ?? NaN) - 1));
      const difference = turns === first || !name.endsWith('µs') ? '' : `  ${rounded(median(more) ?? NaN)} % more`;
      console.log(`  ${mode.padEnd(6)} ${String(median(figures)).padStart(9)}  (${figures.join(' ')})${difference}`);
    }
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
