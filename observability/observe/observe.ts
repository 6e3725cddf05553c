/**
 * `npm run observe`: is what dashboards and alerts ask ever answered, and does a fault raise its alert?
 *
 *   npm run observe                          everything; ends with 1 where a query is empty or an alert did not fire
 *   npm run observe -- --images docs/images  also draws the dashboards
 *   npm run observe -- --faults redis        only these faults (redis,postgres,consumer; none: no drill)
 *   npm run observe -- --port 23000          first port; --rate 20 messages a second; --factor 20 by which times are divided
 *
 * Needs what `npm run backends` needs to run them as processes, and prometheus (2.42 or newer) in the PATH.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DASHBOARDS } from '../dashboards';
import { checkQueries, type QueryReport } from './check-queries';
import { drill, type DrillResult, type Fault } from './drill';
import { panelQueries, ruleSelectors } from './expressions';
import { ObservedLoad } from './load';
import { plotDashboard, type Mark } from './plot';
import { PrometheusServer, SCRAPE_INTERVAL_S } from './prometheus-server';
import { Stack } from './stack';

const root = process.cwd();
const RULES = join(root, 'charts', 'chat-app', 'rules');
const USERS = 8;
/** Long enough for every window of the scaled rules but the longest. */
const WARM_UP_MS = 60_000;
const BETWEEN_FAULTS_MS = 20_000;

function faultsOf(stack: Stack): Record<string, Fault> {
  return {
    redis: {
      title: 'Redis is stopped',
      alerts: ['ChatRedisDegraded'],
      panels: [
        ['overview', 'Live path (Redis)'],
        ['overview', 'Accepted to delivered'],
        ['websocket', 'Reads of inboxes'],
      ],
      cause: () => stack.stopRedis(),
      end: () => stack.startRedis(),
    },
    postgres: {
      title: 'PostgreSQL is stopped',
      alerts: ['ChatDatabaseAway', 'ChatMessagesNotStored', 'ChatStoredLate'],
      panels: [
        ['persistence', 'Waits for the database'],
        ['overview', 'Age of what waits to be stored'],
        ['overview', 'Accepted but not stored'],
      ],
      cause: () => stack.stopPostgres(),
      end: () => stack.startPostgres(),
    },
    consumer: {
      title: 'Every persistence pod hangs (SIGSTOP)',
      alerts: ['ChatServiceDown', 'ChatMessagesNotStored', 'ChatPodDown'],
      panels: [
        ['overview', 'Pods'],
        ['overview', 'Accepted but not stored'],
      ],
      cause: () => stack.signalConsumers('SIGSTOP'),
      end: () => stack.signalConsumers('SIGCONT'),
    },
  };
}

async function main(): Promise<number> {
  const options = parse();
  if (spawnSync('prometheus', ['--version']).status !== 0) throw new Error('prometheus is not installed');
  const directory = mkdtempSync(join(tmpdir(), 'chat-app-observe-'));
  say(`starting backends and services; logs in ${directory}`);
  const stack = await Stack.start({ root, directory, basePort: options.port });
  let prometheus: PrometheusServer | undefined;
  let load: ObservedLoad | undefined;
  let failed = true;
  try {
    const scale = { factor: options.factor, shortestWindowS: 5 * SCRAPE_INTERVAL_S };
    say(
      `rules: every window and "for" divided by ${scale.factor}, windows never below ${scale.shortestWindowS} s; thresholds as they are`,
    );
    const [port, targets] = [options.port + 900, stack.targets];
    prometheus = await PrometheusServer.start({ directory, port, targets, rules: RULES, scale });
    const beganS = Date.now() / 1_000;
    load = await ObservedLoad.open(stack.services, USERS);
    load.start(options.rate);
    await stack.appendPoison(3);
    await delay(WARM_UP_MS);
    say(`load: ${JSON.stringify(load.counts)}`);
    const marks: Mark[] = [];
    const results: DrillResult[] = [];
    for (const name of options.faults) {
      const fault = faultsOf(stack)[name];
      if (fault === undefined) throw new Error(`there is no fault "${name}"`);
      marks.push({ atS: Date.now() / 1_000, label: name });
      const result = await drill(prometheus, fault);
      marks.push({ atS: Date.now() / 1_000, label: '' });
      tell(result);
      results.push(result);
      await delay(BETWEEN_FAULTS_MS);
    }
    say(`load: ${JSON.stringify(load.counts)}`);
    const report = await checkQueries(prometheus, [...panelQueries(), ...ruleSelectors(RULES)], beganS);
    tellQueries(report);
    if (options.images !== undefined) await draw(prometheus, resolve(root, options.images), beganS, marks);
    failed = report.empty.length + report.broken.length + results.flatMap(({ missing }) => missing).length > 0;
    say(failed ? 'FAILED' : 'ok');
    return failed ? 1 : 0;
  } finally {
    await load?.close();
    await prometheus?.stop();
    await stack.release();
    if (!failed) rmSync(directory, { recursive: true, force: true });
  }
}

function tell({ fault, fired, missing, shown, recoveredS }: DrillResult): void {
  say(`fault: ${fault}`);
  for (const [alert, seconds] of fired) say(`  ${alert} fired after ${seconds} s`);
  for (const alert of missing) say(`  ${alert} DID NOT FIRE`);
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  for (const { panel, series, before, during } of shown) {
    say(`  panel "${panel}"${series === '' ? '' : ` (${series})`}: ${number(before)} → ${number(during)}`);
  }
  say(recoveredS === undefined ? '  its alerts still fire' : `  its alerts were silent ${recoveredS} s after its end`);
}

function tellQueries({ answered, empty, broken, syntaxOnly }: QueryReport): void {
  say(
    `queries: ${answered.length} answered, ${empty.length} empty, ${broken.length} broken, ${syntaxOnly.length} of exporters that are not here (syntax only)`,
  );
  for (const { where, expression } of empty) say(`  EMPTY ${where}: ${expression}`);
  for (const { asked, error } of broken) say(`  BROKEN ${asked.where}: ${asked.expression}: ${error}`);
  for (const { where, source } of syntaxOnly) say(`  syntax only (${source}) ${where}`);
}

async function draw(
  prometheus: PrometheusServer,
  folder: string,
  fromS: number,
  marks: readonly Mark[],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const spec of DASHBOARDS) {
    const file = join(folder, `dashboard-${spec.name}.svg`);
    writeFileSync(file, await plotDashboard(prometheus, spec, { fromS, toS: Date.now() / 1_000, marks }));
    say(`drew ${file}`);
  }
}

function parse() {
  const { values } = parseArgs({
    options: {
      images: { type: 'string' },
      faults: { type: 'string', default: 'redis,postgres,consumer' },
      port: { type: 'string', default: '23000' },
      rate: { type: 'string', default: '20' },
      factor: { type: 'string', default: '20' },
    },
  });
  const faults = values.faults === 'none' ? [] : values.faults.split(',');
  return {
    images: values.images,
    faults,
    port: Number(values.port),
    rate: Number(values.rate),
    factor: Number(values.factor),
  };
}

function say(line: string): void {
  console.log(line);
}

main().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
