import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { NAMESPACE } from './kubectl';

/** A port of a pod on this machine, for as long as the pod lives. Its maker closes it. */
export class PortForward {
  private constructor(
    private readonly child: ChildProcess,
    /** host:port. */
    readonly address: string,
  ) {}

  /** @param target such as `pod/chat-websocket-1`. @throws Error where kubectl ends before it listens */
  static async open(target: string, port: number): Promise<PortForward> {
    const child = spawn('kubectl', ['--namespace', NAMESPACE, 'port-forward', target, `:${port}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /^Forwarding from (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address === undefined) continue;
      // What it says later is read, so that the pipe never fills.
      child.stdout.resume();
      return new PortForward(child, address);
    }
    throw new Error(`kubectl does not forward ${target}`);
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}
