/**
 * The attacker as a process of its own, so that it takes no time of those who measure, and at low priority: attackers bring
 * machines of their own, they do not compute on the pods'. It does what `ToAttacker` says and answers each with `FromAttacker`.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../random';
import { AttackClient, AttackSocket } from './attack-client';
import { Attack, type AttackAccount } from './attack';
import { chooseActs, type Act } from './choose-acts';
import { findMarks, judgeAnswer, type Outcome } from './judge-answer';
import type { AttackerOptions, AttackReport, FromAttacker, ToAttacker } from './report';

/**
 * Attackers at once, each with an account of its own, as many as the machine has room for beside the stack and its load: where
 * all together want more than the cores have, it is the machine that slows the others down, whatever the pods refuse.
 */
const ATTACKERS = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
const PRIORITY = 19;
/** Tokens live a minute here. */
const LOG_IN_AGAIN_MS = 30_000;
/** The last handshake may have to wait until its account's budget allows one. */
const COMES_BACK_TRIES = 20;
/** Long enough for a pod to open an inbox. */
const COMES_BACK_MS = 1_000;

class Attackers {
  readonly #report: AttackReport = { answers: {}, wrong: {}, open: 0, received: 0 };
  readonly #client = new AttackClient((text) => this.#received(text));
  readonly #accounts: (AttackAccount & { since: number })[] = [];
  readonly #randoms: Random[];
  /** What each does next, over all windows. */
  readonly #acts: Iterator<Act, never>[];
  #publicKeys = '';
  #attacking = false;
  #faults = false;
  #running: Promise<void>[] = [];

  constructor(private readonly options: AttackerOptions) {
    this.#randoms = Array.from({ length: ATTACKERS }, (_, index) => new Random(options.seed + index));
    this.#acts = this.#randoms.map(({ seed }) => chooseActs(new Random(seed)));
  }

  async prepare(): Promise<void> {
    const { authentication } = this.options.target;
    for (const random of this.#randoms) this.#accounts.push(await this.#account('register', random));
    const address = this.options.target.addresses[0] ?? '';
    this.#publicKeys = (await this.#client.call('GET', `${authentication}/.well-known/jwks.json`, { address })).text;
  }

  attack(faults: boolean): void {
    this.#faults = faults;
    this.#attacking = true;
    this.#running = this.#randoms.map((random, index) => this.#run(random, index));
  }

  /** Resolves when every act has ended and every socket is closed. */
  async rest(): Promise<void> {
    this.#attacking = false;
    await Promise.all(this.#running.splice(0));
    this.#client.close();
  }

  /**
   * What came of it. Each account comes once more before, as a new device: what a pod that was killed left undone of the bound on
   * devices is done with the next one.
   */
  async report(): Promise<AttackReport> {
    const { target } = this.options;
    for (const [index, random] of this.#randoms.entries()) {
      const path = `${target.websocket}/ws?device_id=${randomUUID()}`;
      for (let tries = 0; tries < COMES_BACK_TRIES; tries += 1) {
        const token = (await this.#fresh(index, random))?.token ?? '';
        const socket = await this.#client.connect(path, { address: random.pick(target.addresses), token });
        if (socket instanceof AttackSocket && (await socket.leave(COMES_BACK_MS)) === 101) break;
        await delay(COMES_BACK_MS);
      }
    }
    return { ...this.#report, open: this.#client.open };
  }

  async #run(random: Random, index: number): Promise<void> {
    const acts = this.#acts[index];
    while (this.#attacking && acts !== undefined) {
      const account = await this.#fresh(index, random);
      if (account !== undefined) await this.#attackOf(account, random).perform(acts.next().value);
      await delay(random.between(10, 200));
    }
  }

  #attackOf(account: AttackAccount, random: Random): Attack {
    const answered = (act: Act, what: string, outcome: Outcome): void => this.#answered(act, what, outcome);
    return new Attack(
      this.#client,
      this.options.target,
      account,
      this.#publicKeys,
      random,
      answered,
      this.options.prefix,
    );
  }

  /** The account with a token that has not expired; undefined where a fault is in the way. */
  async #fresh(index: number, random: Random): Promise<AttackAccount | undefined> {
    const account = this.#accounts[index];
    if (account === undefined || Date.now() - account.since < LOG_IN_AGAIN_MS) return account;
    const again = await this.#account('login', random, account).catch(() => undefined);
    if (again !== undefined) this.#accounts[index] = again;
    return again;
  }

  async #account(path: 'register' | 'login', random: Random, known?: AttackAccount) {
    const credentials = known ?? {
      username: `${this.options.prefix}-${randomUUID().slice(0, 12)}`,
      password: randomUUID(),
    };
    const { username, password } = credentials;
    const address = random.pick(this.options.target.addresses);
    const url = `${this.options.target.authentication}/${path}`;
    const answer = await this.#client.call('POST', url, { address, body: { username, password } });
    if (answer.outcome !== 200 && answer.outcome !== 201) throw new Error(`${path} was answered ${answer.outcome}`);
    const { user_id: id, token } = JSON.parse(answer.text) as { user_id: string; token: string };
    return { username, password, id, token, since: Date.now() };
  }

  #answered(act: Act, what: string, outcome: Outcome): void {
    const counts = (this.#report.answers[act] ??= {});
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    const wrong = judgeAnswer(act, what, outcome, this.#faults);
    if (wrong !== undefined) this.#wrong(wrong);
  }

  #received(text: string): void {
    this.#report.received += 1;
    if (findMarks(text, this.options.marks).length > 0) this.#wrong(`a message of others came: ${text.slice(0, 200)}`);
  }

  #wrong(what: string): void {
    this.#report.wrong[what] = (this.#report.wrong[what] ?? 0) + 1;
  }
}

let attackers: Attackers | undefined;

async function obey(message: ToAttacker): Promise<FromAttacker> {
  if (message.kind === 'prepare') {
    attackers = new Attackers(message.options);
    await attackers.prepare();
  }
  if (attackers === undefined) throw new Error('not prepared');
  if (message.kind === 'attack') attackers.attack(message.faults);
  if (message.kind === 'rest') await attackers.rest();
  return message.kind === 'report' ? { kind: 'report', report: await attackers.report() } : { kind: 'done' };
}

setPriority(PRIORITY);
process.on('message', (message: ToAttacker) => {
  void obey(message)
    .catch((error: unknown): FromAttacker => ({ kind: 'failed', why: String(error) }))
    .then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
