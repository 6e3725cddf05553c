/**
 * `npm test`: runs every tier this machine can run, says which it could not and why, and ends with a count.
 *
 *   npm test                            all tiers
 *   npm test -- --tiers unit,system     only these
 *   npm test -- --no-backends           do not start PostgreSQL, Redis and Kafka
 *   npm test -- --tiers failures --only redis-killed,kafka-down    only these faults
 *
 * `browser` drives a real Chromium against a standalone.
 *
 * With CI=true a tier that cannot run is a failure.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { acquireBackends, type Backends } from './backends';
import { findChromium } from './find-chromium';
import { runFailures } from './run-failures';
import { runJest, type TierResult } from './run-jest';
import { ServiceProcess } from './service-process';
import { startServices } from './start-services';

const TIERS = ['unit', 'integration', 'system', 'browser', 'failures'] as const;
type Tier = (typeof TIERS)[number];

/** Each test at a page has users of its own, all from one address; some have said much before the page opens. */
const MANY_USERS = { REGISTRATIONS_PER_MINUTE: '100000', SENDS_PER_SECOND: '100000', SENDS_BURST: '100000' };

/** People of the tests are strangers to each other: groups are not what most of them are about. */
const STRANGERS = { INVITATIONS: 'at_once' };

const root = resolve(__dirname, '..', '..', '..');
const results: TierResult[] = [];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      tiers: { type: 'string' },
      only: { type: 'string' },
      'no-backends': { type: 'boolean', default: false },
    },
  });
  const wanted = tiersOf(values.tiers);
  if (values.only !== undefined && !wanted.has('failures')) {
    throw new Error('--only names faults: add --tiers failures');
  }
  const only = values.only?.split(',') ?? [];
  const directory = mkdtempSync(join(tmpdir(), 'chat-app-test-'));
  let backends: Backends = { environment: {}, missing: 'not asked for', release: async () => undefined };
  try {
    if (wanted.has('unit')) results.push(await runJest(root, { title: 'unit', project: 'unit' }));
    if (!values['no-backends'] && (wanted.has('integration') || wanted.has('system'))) {
      backends = await acquireBackends(root, join(directory, 'backends'));
    }
    const environment = backends.environment;
    const tier = async (title: string, run: () => Promise<TierResult>): Promise<void> => {
      if (backends.missing === undefined) results.push(await guarded(title, run));
      else results.push({ title, passed: 0, failed: 0, skipped: 0, impossible: backends.missing });
    };
    if (wanted.has('integration')) {
      await tier('integration', () => runJest(root, { title: 'integration', project: 'integration', environment }));
    }
    if (wanted.has('system')) {
      results.push(await guarded('system, standalone', () => systemOnStandalone(directory)));
      await tier('system, real backends', () => systemOnServices(directory, environment));
    }
    if (wanted.has('browser')) results.push(await browserTier(directory));
    if (wanted.has('failures')) {
      results.push(await guarded('failures', () => runFailures(root, join(directory, 'failures'), only)));
    }
  } finally {
    await backends.release();
  }
  const status = report(results);
  if (status === 0) rmSync(directory, { recursive: true, force: true });
  else console.log(`Logs are kept in ${directory}`);
  return status;
}

function systemOnStandalone(directory: string): Promise<TierResult> {
  return onStandalone(directory, 'system, standalone', 'system');
}

async function browserTier(directory: string): Promise<TierResult> {
  const impossible = 'there is no Chromium';
  if (findChromium() === undefined) return { title: 'browser', passed: 0, failed: 0, skipped: 0, impossible };
  return guarded('browser', () => onStandalone(directory, 'browser', 'browser', MANY_USERS));
}

/** Runs a project against a fresh standalone. */
async function onStandalone(
  directory: string,
  title: string,
  project: string,
  settings: Record<string, string> = {},
): Promise<TierResult> {
  const standalone = new ServiceProcess({
    name: 'standalone',
    script: join(root, 'standalone', 'dist', 'main.js'),
    environment: {
      DATA_DIRECTORY: join(directory, `standalone-${project}`),
      PORT: '18080',
      AUTHENTICATION_PORT: '18000',
      PERSISTENCE_PORT: '18090',
      ...STRANGERS,
      ...settings,
    },
    managementPort: 19464,
    logDirectory: join(directory, 'logs'),
  });
  try {
    await standalone.ready();
    const environment = { SYSTEM_HTTP_URL: 'http://127.0.0.1:18080' };
    return await runJest(root, { title, project, environment });
  } finally {
    await standalone.stop();
  }
}

async function systemOnServices(directory: string, backends: Record<string, string>): Promise<TierResult> {
  const services = await startServices({
    root,
    directory,
    environment: { ...backends, ...STRANGERS },
    websocketPods: 2,
    persistencePods: 2,
    basePort: 17_000,
  });
  try {
    const environment = {
      SYSTEM_HTTP_URL: services.authenticationUrl,
      SYSTEM_AUTHENTICATION_URL: services.authenticationUrl,
      SYSTEM_PERSISTENCE_URL: services.persistenceUrl,
      SYSTEM_WEBSOCKET_URLS: services.websocketUrls.join(','),
    };
    return await runJest(root, { title: 'system, real backends', project: 'system', environment });
  } finally {
    await services.stop();
  }
}

/** A tier that cannot even start is a failed tier, not the end of the run. */
async function guarded(title: string, run: () => Promise<TierResult>): Promise<TierResult> {
  try {
    return await run();
  } catch (error) {
    console.error(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    return { title, passed: 0, failed: 1, skipped: 0 };
  }
}

function tiersOf(list: string | undefined): Set<Tier> {
  if (list === undefined) return new Set<Tier>(['unit', 'integration', 'system', 'browser']);
  const known = new Set<string>(TIERS);
  const names = list.split(',');
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(`--tiers: there is no tier ${unknown.join(', ')}; there are ${TIERS.join(', ')}`);
  }
  return new Set(names as Tier[]);
}

function report(all: readonly TierResult[]): number {
  const ci = process.env['CI'] === 'true';
  console.log('\nTiers');
  for (const { title, passed, failed, skipped, impossible } of all) {
    const outcome =
      impossible === undefined ? `${passed} passed, ${failed} failed, ${skipped} skipped` : `not run: ${impossible}`;
    console.log(`  ${title.padEnd(24)} ${outcome}`);
  }
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => all.reduce((total, tier) => total + tier[key], 0);
  const impossible = all.filter((tier) => tier.impossible !== undefined).length;
  const failed = sum('failed') + (ci ? impossible : 0);
  console.log(`\n${sum('passed')} passed, ${failed} failed, ${sum('skipped')} skipped`);
  return failed > 0 ? 1 : 0;
}

main().then(
  (status) => (process.exitCode = status),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
