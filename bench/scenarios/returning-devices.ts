import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Product } from '../systems/product';
import { nodeOf } from '../systems/system';

/** Who one of the devices is, and where it connects. */
export interface Device {
  url: string;
  userId: string;
  token: string;
}

/** What the devices do: connect, have what there is and leave; come back all at once, the same ones; say what they have by now. */
export type Order =
  | { kind: 'visit'; devices: Device[] }
  | { kind: 'come back'; missedEach: number; withinMs: number }
  | { kind: 'count' };

export type Report = { failed: string } | Done;

/** What came of an order. */
export interface Done {
  /** Until the last device had what it missed, or the time was over. */
  seconds: number;
  /** Of what they missed. */
  lost: number;
  duplicated: number;
}

/**
 * Devices in a process of their own. What thousands of connects and what follows them cost the load generator would
 * otherwise delay what it measures of others. Whoever started it stops it.
 */
export class ReturningDevices {
  readonly #process: ChildProcess;
  readonly #devices: Device[];

  constructor(product: Product, users: readonly number[]) {
    this.#devices = users.map((user) => ({
      url: nodeOf(product, user),
      userId: product.users.idOf(user),
      token: product.users.tokenOf(user),
    }));
    const execArgv = ['--require', join(__dirname, '..', '..', 'test', 'testing', 'run-typescript.cjs')];
    this.#process = fork(join(__dirname, 'returning-devices-process.ts'), { execArgv });
  }

  /** All connect, confirm what they have, so that they resume there, and go. @throws where one cannot */
  async visit(): Promise<void> {
    await this.#order({ kind: 'visit', devices: this.#devices });
  }

  /** All who visited come back at once, and stay: how many seconds it took until all had all. @throws where one cannot */
  async comeBack(missedEach: number, withinMs: number): Promise<number> {
    return (await this.#order({ kind: 'come back', missedEach, withinMs })).seconds;
  }

  /** What they lack, or have twice, by now. */
  count(): Promise<Done> {
    return this.#order({ kind: 'count' });
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  async #order(order: Order): Promise<Done> {
    this.#process.send(order);
    const [report] = (await Promise.race([once(this.#process, 'message'), this.#ended()])) as [Report];
    if ('failed' in report) throw new Error(`the devices failed: ${report.failed}`);
    return report;
  }

  async #ended(): Promise<never> {
    const [code, signal] = (await once(this.#process, 'exit')) as [number | null, string | null];
    throw new Error(`the process of the devices ended with ${code ?? signal}`);
  }
}
