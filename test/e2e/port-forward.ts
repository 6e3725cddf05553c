import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { NAMESPACE } from './kubectl';

/** A port of a pod on this machine. kubectl ends when the container restarts, and is started again. Its maker closes it. */
export class PortForward {
  #child: ChildProcess | undefined;
  #closed = false;
  #local = '';
  #keeping: Promise<void> = Promise.resolve();

  private constructor(
    private readonly target: string,
    private readonly port: number,
  ) {}

  /** @param target such as `pod/chat-websocket-1`. @throws Error where kubectl ends before it listens */
  static async open(target: string, port: number): Promise<PortForward> {
    const forward = new PortForward(target, port);
    await forward.#start();
    forward.#keeping = forward.#keep();
    return forward;
  }

  /** host:port. */
  get address(): string {
    return `127.0.0.1:${this.#local}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#child?.kill();
    await this.#keeping;
  }

  /** Never rejects. */
  async #keep(): Promise<void> {
    while (!this.#closed) {
      if (this.#child !== undefined && !ended(this.#child)) await once(this.#child, 'exit');
      await sleep(500);
      if (!this.#closed) await this.#start().catch(() => undefined);
    }
  }

  async #start(): Promise<void> {
    const args = ['--namespace', NAMESPACE, 'port-forward', this.target, `${this.#local}:${this.port}`];
    const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const [, port] = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
      if (port === undefined) continue;
      this.#local = port;
      // What it says later is read, so that the pipe never fills.
      child.stdout.resume();
      return;
    }
    throw new Error(`kubectl does not forward ${this.target}`);
  }
}

function ended({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
