import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AttackerOptions, AttackReport, FromAttacker, ToAttacker } from './report';

const RUN_TYPESCRIPT = join(__dirname, '..', '..', 'testing', 'run-typescript.cjs');

/** The attacker, from where the run stands. States: resting ⇄ attacking → gone. */
export class Attacker {
  private constructor(private readonly child: ChildProcess) {}

  /** Starts it and lets it register accounts. */
  static async start(options: AttackerOptions): Promise<Attacker> {
    const child = fork(join(__dirname, 'attacker-process.ts'), [], { execArgv: ['-r', RUN_TYPESCRIPT] });
    const attacker = new Attacker(child);
    try {
      await attacker.#ask({ kind: 'prepare', options });
    } catch (error) {
      await attacker.end();
      throw error;
    }
    return attacker;
  }

  /** Attacks until it is told to rest. `faults`: whether faults are made meanwhile. */
  async attack(faults: boolean): Promise<void> {
    await this.#ask({ kind: 'attack', faults });
  }

  /** Resolves when it has ended what it does, and closed its sockets. */
  async rest(): Promise<void> {
    await this.#ask({ kind: 'rest' });
  }

  async report(): Promise<AttackReport> {
    const answer = await this.#ask({ kind: 'report' });
    if (answer.kind !== 'report') throw new Error(`the attacker answered ${answer.kind}`);
    return answer.report;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** One question at a time. @throws where it failed, or ended */
  async #ask(message: ToAttacker): Promise<FromAttacker> {
    const watching = new AbortController();
    const { signal } = watching;
    try {
      const answer = once(this.child, 'message', { signal }).then(([one]) => one as FromAttacker);
      const ended = once(this.child, 'exit', { signal }).then(() => {
        throw new Error('the attacker ended');
      });
      this.child.send(message);
      const said = await Promise.race([answer, ended]);
      if (said.kind === 'failed') throw new Error(`the attacker failed: ${said.why}`);
      return said;
    } finally {
      watching.abort();
    }
  }
}
