import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { FromPod } from './pod';

type Usage = Extract<FromPod, { kind: 'usage' }>;

/** A pod process that was started here. */
export interface Pod {
  url: string;
  /** CPU time so far and memory now (after a full collection). */
  usage(): Promise<Usage>;
  stop(): void;
}

/** Starts a pod; it ends with this process. `cpu` pins it to one core where taskset exists. */
export async function startPod(options: { redisUrl?: string } = {}): Promise<Pod> {
  const child = fork(join(__dirname, 'pod.js'), {
    execArgv: ['--expose-gc', ...(process.env['POD_OPTIONS']?.split(' ') ?? [])],
    env: { ...process.env, ...(options.redisUrl !== undefined && { REDIS_URL: options.redisUrl }) },
  });
  const next = <Kind extends FromPod['kind']>(kind: Kind): Promise<Extract<FromPod, { kind: Kind }>> =>
    new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the pod ended with ${code}`)));
      const listener = (message: FromPod): void => {
        if (message.kind !== kind) return;
        child.off('message', listener);
        resolve(message as Extract<FromPod, { kind: Kind }>);
      };
      child.on('message', listener);
    });
  const { port } = await next('listening');
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    usage: () => {
      const usage = next('usage');
      child.send('usage');
      return usage;
    },
    stop: () => {
      child.disconnect();
    },
  };
}
