import { ServiceProcess } from '../../../scripts/processes/service-process';
import type { Balancer } from './balancer';

/** One pod: a process that can be killed, frozen, sent away and started again, as Kubernetes and failures do. */
export class Pod {
  /** Whether it is meant to run now. */
  wanted = true;

  constructor(
    private readonly processes: ServiceProcess[],
    private readonly index: number,
    /** In front of each of its ports. */
    private readonly balancers: readonly { balancer: Balancer; port: number }[],
  ) {}

  get process(): ServiceProcess {
    const process = this.processes[this.index];
    if (process === undefined) throw new Error('there is no such pod');
    return process;
  }

  get name(): string {
    return this.process.options.name;
  }

  /** Of its public API, past every balancer. */
  get url(): string {
    return `http://127.0.0.1:${this.process.options.environment['PORT']}`;
  }

  /** kill -9; connections are refused from then on. */
  async kill(): Promise<void> {
    this.wanted = false;
    await this.process.stop('SIGKILL');
  }

  /** SIGTERM; no new connections are sent to it from then on. Resolves with its exit code when it is gone. */
  async terminate(): Promise<number | null> {
    this.wanted = false;
    for (const { balancer, port } of this.balancers) balancer.exclude(port);
    await this.process.stop('SIGTERM', 60_000);
    return this.process.exitCode;
  }

  /** Stops in its tracks with its connections open; new ones reach the kernel's backlog, as with a real hang. */
  freeze(): void {
    this.process.signal('SIGSTOP');
  }

  thaw(): void {
    this.process.signal('SIGCONT');
  }

  /** Takes it out of the Services, as a readiness probe that fails does; `include` puts it back. */
  exclude(): void {
    for (const { balancer, port } of this.balancers) balancer.exclude(port);
  }

  include(): void {
    for (const { balancer, port } of this.balancers) balancer.include(port);
  }

  /** Starts it again after it ended, with more variables where they are given, and waits until it is ready. */
  async start(environment: Record<string, string> = {}): Promise<void> {
    const { options } = this.process;
    this.processes[this.index] = new ServiceProcess({
      ...options,
      environment: { ...options.environment, ...environment },
    });
    await this.process.ready(120_000);
    this.wanted = true;
    this.include();
  }

  /** A number from its metrics; 0 where the series is not there. Sums over labels. */
  async metric(name: string): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.process.options.managementPort}/metrics`);
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith(name));
    const own = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }
}
