/**
 * `npm run chaos -- --minutes 30 --seed S`: faults at random, one to three at once, on a whole stack under load. Prints
 * the seed and what it does when; ends with the verdict of the checker, and with status 1 where a promise was broken. The
 * same seed chooses the same faults; when exactly they strike is up to the machine.
 *
 *   --minutes 2    how long faults are made
 *   --seed 17      a random one by default
 *   --rate 40      messages a second
 *   --attacker     with somebody beside the users who means harm; four tenths of the time are then without faults, calm and
 *                  attacked in turns, and everybody else's messages must not take twice as long in the latter
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Load } from '../failures/testing/load';
import { Stack } from '../failures/testing/stack';
import { AttackedRun, ATTACKED_STACK } from './attacker/attacked-run';
import { faultsOf, type Fault } from './faults';
import { Random } from './random';

const QUIET_WITHIN_MS = 300_000;
const began = Date.now();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      rate: { type: 'string', default: '40' },
      attacker: { type: 'boolean', default: false },
    },
  });
  const [minutes, seed, rate] = [values.minutes, values.seed, values.rate].map(Number) as [number, number, number];
  if ([minutes, seed, rate].some(Number.isNaN)) throw new Error('--minutes, --seed and --rate are numbers');
  const beside = values.attacker ? ', an attacker beside the users' : '';
  say(`seed ${seed}, ${minutes} minutes, ${rate} messages a second${beside}`);
  const logs = mkdtempSync(join(tmpdir(), 'chat-app-chaos-'));
  process.env['FAILURES_LOGS'] ??= logs;
  const stack = await Stack.start(
    values.attacker ? ATTACKED_STACK : { overrides: { websocket: { PING_INTERVAL_MS: '3000' } } },
  );
  let attacked: AttackedRun | undefined;
  try {
    const load = await Load.open(stack, { rate, changeEvery: 2 });
    if (values.attacker) attacked = await AttackedRun.prepare(stack, load, seed, say);
    load.start();
    await load.more('positioned', 50);
    const faults = (end: number) => makeFaults(stack, load, new Random(seed), end);
    const restarts = await (attacked?.run(minutes * 60_000, faults) ?? faults(Date.now() + minutes * 60_000));
    load.healed();
    say('no more faults; waiting until all is quiet');
    const { broken, verdict } = await load.finish(`chaos, seed ${seed}`, QUIET_WITHIN_MS);
    Object.assign(broken, await attacked?.findings(restarts));
    const failed = Object.keys(broken).length;
    if (failed > 0) console.log(`${JSON.stringify(broken, null, 2)}\nThe logs of the pods are kept in ${stack.logs}`);
    else rmSync(logs, { recursive: true });
    say(`${verdict.sent} sent, ${verdict.accepted} accepted, ${verdict.shown} shown; seed ${seed}`);
    const { edit, delete: deletion, react, read } = verdict.counts;
    const counts = Object.entries({ edits: edit, deletions: deletion, reactions: react, reads: read });
    say(
      `accepted and checked: ${counts.map(([name, one]) => `${name} ${one.accepted} and ${one.checked}`).join(', ')}`,
    );
    console.log(`${failed === 0 ? 1 : 0} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await attacked?.close();
    await stack.release();
  }
}

/**
 * Round by round: pieces are chosen, a fault of each strikes, they last a while, they end, all rests a while.
 * @returns how many faults there were
 */
async function makeFaults(stack: Stack, load: Load, random: Random, end: number): Promise<number> {
  const pieces = faultsOf(stack);
  let made = 0;
  while (Date.now() < end) {
    const faults = random.sample(pieces, random.pick([1, 1, 1, 2, 2, 3])).map((piece) => random.pick(piece));
    made += faults.length;
    await Promise.all(faults.map((fault) => strike(fault, random.between(1_000, 8_000))));
    say(`${load.sent} sent, ${load.accepted} accepted, ${load.shown} shown`);
    await delay(random.between(500, 5_000));
  }
  return made;
}

async function strike(fault: Fault, lastsMs: number): Promise<void> {
  say(fault.name);
  const heal = await fault.inject();
  await delay(lastsMs);
  await heal();
  say(`over: ${fault.name}`);
}

function say(text: string): void {
  console.log(`${((Date.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${text}`);
}

// Not left to end by itself: Node 20 can spin for ever while it frees a process that has reset connections.
main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
