/**
 * A run with an attacker beside the users. Windows without faults come first, calm and attacked in turns, so that how long a
 * message takes can be compared within one run; then faults are made while the attacker goes on. What it found to be broken
 * is said beside what the checker finds.
 */
import { randomBytes } from 'node:crypto';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from '../../failures/testing/load';
import type { Stack, StackOptions } from '../../failures/testing/stack';
import { quantile, showingDelays, type Window } from '../showing-delays';
import { Attacker } from './attacker';
import { Bystanders, type LogIns } from './bystanders';
import { ACTS } from './choose-acts';
import { countRows, MemoryWatch, openFiles, type Amount } from './growth';
import type { AttackReport } from './report';

/** A window lasts this share of the run; there are two of each kind, so that six tenths are left for faults. */
const WINDOW_SHARE = 0.1;
const WINDOWS = ['calm', 'attacked', 'calm', 'attacked'] as const;
/** Code is compiled and caches are filled first: it would make the calm look slow. */
const WARM_UP_MS = 5_000;
const SETTLE_MS = 2_000;
/** So many times the calm p99 may everybody else's take. */
const FACTOR = 2;
/** Below this a p99 is noise of a machine on which clients, pods and backends share the cores. */
const NOISE_MS = 50;
/** Pools, keep-alive connections and logs come and go; a leak of sockets would be hundreds. */
const FILES_SLACK = 60;
/** Users bring machines of their own: those who measure are not to wait until the pods leave a core to them. */
const PRIORITY = { measuring: -10, usual: 0 } as const;
/** Three networks: what one address may do is bounded for each. */
const ADDRESSES = ['198.51.100.10', '192.0.2.20', '203.0.113.200'];

/** The stack as it stands behind a proxy, so that everybody has an address; with tokens that expire within the run. */
export const ATTACKED_STACK: StackOptions = {
  environment: { TRUSTED_PROXIES: '1' },
  overrides: {
    authentication: { REGISTRATIONS_PER_MINUTE: '120', ACCESS_TOKEN_TTL_S: '60' },
    websocket: { PING_INTERVAL_MS: '3000' },
  },
};

export class AttackedRun {
  readonly #windows: Record<(typeof WINDOWS)[number], Window[]> = { calm: [], attacked: [] };
  readonly #logIns: Record<(typeof WINDOWS)[number], LogIns[]> = { calm: [], attacked: [] };
  readonly #memory: MemoryWatch;
  #attackedMs = 0;

  private constructor(
    private readonly stack: Stack,
    private readonly load: Load,
    private readonly attacker: Attacker,
    private readonly bystanders: Bystanders,
    private readonly prefix: string,
    private readonly say: (text: string) => void,
    private readonly filesBefore: ReadonlyMap<string, number>,
  ) {
    this.#memory = new MemoryWatch(stack);
  }

  /** The load must have been opened and not be sending yet. */
  static async prepare(stack: Stack, load: Load, seed: number, say: (text: string) => void): Promise<AttackedRun> {
    // Nothing of the attacker's own bears the mark of the others.
    const own = randomBytes(4).toString('hex');
    const prefix = `a-${own}`;
    const bystanders = await Bystanders.register(stack.authenticationUrl, `b-${own}`);
    const target = {
      authentication: stack.authenticationUrl,
      websocket: stack.websocket.url,
      persistence: stack.persistence.url,
      victim: bystanders.victim,
      others: { ids: load.users, group: load.group },
      addresses: ADDRESSES,
    };
    const attacker = await Attacker.start({ target, seed, prefix, marks: [load.mark] });
    return new AttackedRun(stack, load, attacker, bystanders, prefix, say, openFiles(stack));
  }

  /** Runs the windows, then what makes the faults, with the attacker beside it; both for so long together. */
  async run(totalMs: number, makeFaults: (end: number) => Promise<number>): Promise<number> {
    const end = Date.now() + totalMs;
    await delay(WARM_UP_MS);
    this.#prioritise('measuring');
    for (const kind of WINDOWS) await this.#window(kind, totalMs * WINDOW_SHARE);
    // Pods that are started from here on would have it too.
    this.#prioritise('usual');
    const from = Date.now();
    await this.attacker.attack(true);
    const restarts = await makeFaults(end);
    await this.attacker.rest();
    this.#attackedMs += Date.now() - from;
    return restarts;
  }

  /** What it found, once the load has finished; an empty object where all is well. */
  async findings(restarts: number): Promise<Record<string, string[]>> {
    const report = await this.attacker.report();
    const minutes = this.#attackedMs / 60_000;
    const rows = await countRows(this.stack.backends, this.prefix, { addresses: ADDRESSES.length, minutes, restarts });
    const amounts = [...rows, ...this.#memory.stop(), ...this.#files()];
    for (const { what, count, bound } of amounts) this.say(`${what}: ${count}, at most ${bound}`);
    for (const [act, answers] of Object.entries(report.answers)) this.say(`${act}: ${JSON.stringify(answers)}`);
    this.say(`${report.received} texts reached the attacker`);
    const findings: Record<string, string[]> = {
      'the attacker was answered wrongly': Object.entries(report.wrong).map(
        ([what, times]) => `${times} times ${what}`,
      ),
      'the attacker left something behind': [...leftBehind(amounts), ...stillOpen(report)],
      'the attack was not made': unmade(report),
      'others were slowed down': this.#slowedDown(),
      'others were locked out': lockedOut(this.#logIns.attacked),
    };
    return Object.fromEntries(Object.entries(findings).filter(([, cases]) => cases.length > 0));
  }

  async close(): Promise<void> {
    this.#memory.stop();
    await this.bystanders.stop();
    await this.attacker.end();
  }

  #prioritise(what: keyof typeof PRIORITY): void {
    try {
      setPriority(PRIORITY[what]);
    } catch {
      this.say('who measures has no priority: that takes the rights of root');
    }
  }

  async #window(kind: (typeof WINDOWS)[number], lastsMs: number): Promise<void> {
    const from = Date.now();
    this.bystanders.start();
    if (kind === 'attacked') await this.attacker.attack(false);
    await delay(lastsMs);
    this.#windows[kind].push({ from, to: Date.now() });
    if (kind === 'attacked') await this.attacker.rest();
    this.#logIns[kind].push(await this.bystanders.stop());
    if (kind === 'attacked') this.#attackedMs += Date.now() - from;
    this.say(`${kind} window over: ${this.load.sent} sent, ${this.load.accepted} accepted, ${this.load.shown} shown`);
    await delay(SETTLE_MS);
  }

  #slowedDown(): string[] {
    const calm = showingDelays(this.load.observations, this.#windows.calm);
    const attacked = showingDelays(this.load.observations, this.#windows.attacked);
    const line = (what: string, values: readonly number[]): string =>
      `${what}: p50 ${quantile(values, 0.5)} ms, p99 ${quantile(values, 0.99)} ms, of ${values.length}`;
    this.say(line('from sending to showing, calm', calm));
    this.say(line('from sending to showing, attacked', attacked));
    for (const kind of ['calm', 'attacked'] as const) {
      this.say(
        line(
          `log-ins of others, ${kind}`,
          this.#logIns[kind].flatMap(({ tookMs }) => tookMs),
        ),
      );
    }
    const [before, during] = [quantile(calm, 0.99), quantile(attacked, 0.99)];
    return during <= FACTOR * Math.max(before, NOISE_MS)
      ? []
      : [`99 of 100 showings took ${during} ms beside the attacker, ${before} ms without`];
  }

  #files(): Amount[] {
    return [...openFiles(this.stack)].map(([pod, count]) => ({
      what: `open files of ${pod}`,
      count,
      bound: (this.filesBefore.get(pod) ?? 0) + FILES_SLACK,
    }));
  }
}

function leftBehind(amounts: readonly Amount[]): string[] {
  return amounts
    .filter(({ count, bound }) => count > bound)
    .map(({ what, count, bound }) => `${what}: ${count} > ${bound}`);
}

function stillOpen({ open }: AttackReport): string[] {
  return open === 0 ? [] : [`${open} sockets`];
}

/** A run in which an act was never made, or met no limit, shows nothing. */
function unmade({ answers }: AttackReport): string[] {
  const missing = ACTS.filter((act) => Object.keys(answers[act] ?? {}).every((outcome) => outcome === 'gone'));
  const limited = Object.values(answers).some((outcomes) => outcomes['429'] !== undefined);
  return [...missing.map((act) => `no ${act} was answered`), ...(limited ? [] : ['no limit was met'])];
}

function lockedOut(logIns: readonly LogIns[]): string[] {
  return logIns.flatMap(({ refused, tried }) =>
    Object.entries(refused).map(([status, times]) => `${times} of ${tried} log-ins of others were answered ${status}`),
  );
}
