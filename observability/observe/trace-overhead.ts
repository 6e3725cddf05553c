/**
 * What tracing costs: CPU of the websocket and persistence pods per message, and the time to `accepted`, at the same load
 * without tracing, with every message traced, with one in ten, and with a collector that takes connections and never answers.
 *
 *   node -r ./test/testing/run-typescript.cjs observability/observe/trace-overhead.ts [--rate 100] [--seconds 20] [--port 23000] [--rounds 2]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { acquireBackends } from '../../scripts/processes/backends';
import { startServices, type RunningServices } from '../../scripts/processes/start-services';
import { OtlpReceiver } from '../../test/testing/otlp-receiver';
import { ObservedLoad } from './load';

interface Figures {
  messages: number;
  cpuMsPerMessage: number;
  acceptedP50Ms: number;
  acceptedP99Ms: number;
  stopMs: number;
}

const WARM_UP_MS = 5_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '20' },
      port: { type: 'string', default: '23000' },
      rounds: { type: 'string', default: '2' },
    },
  });
  const [rate, seconds, port] = [Number(values.rate), Number(values.seconds), Number(values.port)];
  const directory = mkdtempSync(join(tmpdir(), 'chat-app-traces-'));
  process.env['BACKENDS_PORT'] ??= String(port + 500);
  const backends = await acquireBackends(process.cwd(), join(directory, 'backends'));
  if (backends.missing !== undefined) throw new Error(backends.missing);
  const receiver = await OtlpReceiver.open();
  const deaf = createServer(() => undefined).listen(port + 990, '127.0.0.1');
  const exportTo = (endpoint: string, share: string) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: share,
  });
  const modes: Record<string, Record<string, string>> = {
    'no tracing': {},
    'every message': exportTo(receiver.endpoint, '1'),
    'one in ten': exportTo(receiver.endpoint, '0.1'),
    'a deaf collector': exportTo(`http://127.0.0.1:${port + 990}`, '1'),
  };
  try {
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const [mode, traces] of Object.entries(modes)) {
        const options = { directory, environment: { ...backends.environment, ...traces }, port, rate, seconds };
        const spans = receiver.spans.length;
        const figures = await measure(options);
        console.log(JSON.stringify({ round, mode, ...figures, spans: receiver.spans.length - spans }));
      }
    }
  } finally {
    deaf.close();
    await receiver.close();
    await backends.release();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(options: {
  directory: string;
  environment: Record<string, string>;
  port: number;
  rate: number;
  seconds: number;
}): Promise<Figures> {
  const services = await startServices({
    root: process.cwd(),
    directory: options.directory,
    environment: options.environment,
    websocketPods: 1,
    persistencePods: 1,
    basePort: options.port,
    readyTimeoutMs: 180_000,
  });
  const load = await ObservedLoad.open(services, 8);
  let figures: Omit<Figures, 'stopMs'>;
  try {
    load.start(options.rate, false);
    await delay(WARM_UP_MS);
    const before = await readPods(services);
    await delay(options.seconds * 1_000);
    figures = difference(before, await readPods(services));
  } catch (error) {
    await services.stop();
    throw error;
  }
  await load.close();
  const began = Date.now();
  await services.stop();
  return { ...figures, stopMs: Date.now() - began };
}

type Reading = Awaited<ReturnType<typeof readPods>>;

function difference(before: Reading, after: Reading): Omit<Figures, 'stopMs'> {
  const messages = after.count - before.count;
  const within = after.buckets.map(([bound, count], index): [number, number] => {
    return [bound, count - (before.buckets[index]?.[1] ?? 0)];
  });
  return {
    messages,
    cpuMsPerMessage: round(((after.cpuS - before.cpuS) * 1_000) / messages),
    acceptedP50Ms: round(quantile(within, 0.5) * 1_000),
    acceptedP99Ms: round(quantile(within, 0.99) * 1_000),
  };
}

/** CPU of websocket and persistence, and the histogram of the time to `accepted`. */
async function readPods(services: RunningServices) {
  const texts = await Promise.all(
    services.processes
      .filter(({ options }) => !options.name.startsWith('authentication'))
      .map(async ({ options }) => (await fetch(`http://127.0.0.1:${options.managementPort}/metrics`)).text()),
  );
  const all = texts.join('\n');
  const cpuS = [...all.matchAll(/^process_cpu_seconds_total\{[^}]*\} ([\d.e+-]+)/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
  const buckets = [...all.matchAll(/^chat_websocket_append_seconds_bucket\{[^}]*le="([\d.]+)"[^}]*\} (\d+)/gm)].map(
    ([, bound, count]): [number, number] => [Number(bound), Number(count)],
  );
  const count = Number(/^chat_websocket_append_seconds_count\{[^}]*\} (\d+)/m.exec(all)?.[1] ?? 0);
  return { cpuS, buckets, count };
}

/** As Prometheus estimates it. */
function quantile(buckets: readonly [number, number][], q: number): number {
  const rank = q * (buckets.at(-1)?.[1] ?? 0);
  let [lower, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= rank) return lower + ((bound - lower) * (rank - below)) / Math.max(1, count - below);
    [lower, below] = [bound, count];
  }
  return lower;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
