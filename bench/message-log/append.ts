/**
 * What an append to Kafka takes, at a steady rate: milliseconds from append to acknowledgement, requests, and CPU of this
 * process a record. Several builds of the message log are measured in turns, in one run, so that they can be compared.
 *
 *   KAFKA_BROKERS=127.0.0.1:29000 node --require ./test/testing/run-typescript.cjs bench/message-log/append.ts [RATE,…] [BUILD…]
 *
 * BUILD: a folder with the compiled message log; the one of this repository by default.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Metrics, silentLogger } from '@chat-app/platform';
import type * as KafkaAdapter from '@chat-app/message-log/kafka';

/** The first argument of the process that measures one build. */
const ONE = '--one';
const ROUNDS = 3;
const ROUND_MS = 4_000;
const WARM_UP_MS = 1_000;
const TICK_MS = 5;
const VALUE = 'x'.repeat(300);

interface Figures {
  p50: number;
  p99: number;
  cpuUs: number;
  recordsPerRequest: number;
}

async function measure(build: string, topic: string, rate: number): Promise<Figures> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the build is an argument
  const { createKafkaMessageLog } = require(resolve(build, 'kafka')) as typeof KafkaAdapter;
  const brokers = (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:29000').split(',');
  const metrics = new Metrics('bench');
  const log = createKafkaMessageLog({ brokers, clientId: 'bench', logger: silentLogger, metrics });
  await log.ensureTopics([{ topic, partitions: 12 }]);
  const run = async (ms: number): Promise<number[]> => {
    const times: number[] = [];
    const appends: Promise<void>[] = [];
    const from = performance.now();
    for (let sent = 0, passed = 0; passed < ms; passed = performance.now() - from) {
      for (; sent < (passed * rate) / 1_000; sent += 1) {
        const began = performance.now();
        const record = { topic, key: randomUUID(), value: VALUE, headers: { traceparent: 'none' } };
        appends.push(log.append(record).then(() => void times.push(performance.now() - began)));
      }
      // One after the other, not in step with the writer.
      await pause(Math.random() * TICK_MS);
    }
    await Promise.all(appends);
    return times.sort((a, b) => a - b);
  };
  await run(WARM_UP_MS);
  const cpu = process.cpuUsage();
  const requests = await batches(metrics);
  const times = await run(ROUND_MS);
  const { user, system } = process.cpuUsage(cpu);
  const made = (await batches(metrics)) - requests;
  await log.close();
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), cpuUs: (user + system) / times.length, recordsPerRequest: times.length / made };
}

async function batches(metrics: Metrics): Promise<number> {
  const { body: text } = await metrics.expose();
  return Number(/^chat_log_append_batch_records_count\S* (\d+)/m.exec(text)?.[1] ?? 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Measures a build in a process of its own. */
async function measured(build: string, rate: number): Promise<Figures> {
  const hook = resolve(__dirname, '..', '..', 'test', 'testing', 'run-typescript.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--require',
    hook,
    __filename,
    ONE,
    build,
    String(rate),
  ]);
  return JSON.parse(stdout) as Figures;
}

async function compare(rates: readonly number[], builds: readonly string[]): Promise<void> {
  for (const rate of rates) {
    const rounds = builds.map((): Figures[] => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, build] of builds.entries()) rounds[index]?.push(await measured(build, rate));
    }
    for (const [index, build] of builds.entries()) {
      const of = (name: keyof Figures): string =>
        median((rounds[index] ?? []).map((figures) => figures[name])).toFixed(1);
      process.stdout.write(
        `${rate}/s ${build}: p50 ${of('p50')} ms, p99 ${of('p99')} ms, ${of('cpuUs')} µs CPU a record, ` +
          `${of('recordsPerRequest')} records a request\n`,
      );
    }
  }
}

async function main(): Promise<void> {
  const [first = '100,1000', ...builds] = process.argv.slice(2);
  if (first === ONE) {
    const [build = '', rate = ''] = builds;
    process.stdout.write(JSON.stringify(await measure(build, `bench-${randomUUID()}`, Number(rate))));
    return;
  }
  if (builds.length === 0) builds.push(resolve(__dirname, '..', '..', 'packages', 'message-log', 'dist'));
  await compare(first.split(',').map(Number), builds);
}

void main();
