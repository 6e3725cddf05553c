/**
 * What can happen to each piece of a stack. A fault begins by `inject` and is over once the function that it gives has
 * resolved. At most one fault of a piece at a time.
 */
import type { TcpProxy } from '../testing/tcp-proxy';
import type { BackendServer } from '../failures/testing/backends';
import type { Pod } from '../failures/testing/pod';
import type { Stack } from '../failures/testing/stack';
import { withDatabase } from '../failures/testing/stores';

export interface Fault {
  name: string;
  inject(): Promise<() => Promise<void>>;
}

/** The faults of each piece. */
export function faultsOf(stack: Stack): Fault[][] {
  const { backends, pods, proxies } = stack;
  return [
    ...pods.websocket.map(podFaults),
    ...pods.persistence.map(podFaults),
    ...pods.authentication.map((pod) => [killed(pod)]),
    [...linkFaults('Redis', proxies.redis), crashed('Redis', backends.redis, 'SIGKILL')],
    [
      ...linkFaults('PostgreSQL', proxies.database),
      crashed('PostgreSQL', backends.postgres, 'SIGQUIT'),
      { name: 'PostgreSQL throws everybody out', inject: () => throwOut(stack) },
    ],
    [
      ...(proxies.kafka === undefined ? [] : linkFaults('Kafka', proxies.kafka)),
      ...backends.kafka.map((node) => crashed('Kafka', node, 'SIGKILL')),
    ],
    [{ name: 'all clients are cut', inject: () => cut(stack) }],
  ];
}

function podFaults(pod: Pod): Fault[] {
  return [
    killed(pod),
    {
      name: `${pod.name} is restarted in order`,
      inject: async () => {
        await pod.terminate();
        return () => pod.start();
      },
    },
    {
      name: `${pod.name} hangs`,
      inject: async () => {
        pod.freeze();
        pod.exclude();
        return async () => {
          pod.thaw();
          pod.include();
        };
      },
    },
  ];
}

function killed(pod: Pod): Fault {
  return {
    name: `${pod.name} is killed`,
    inject: async () => {
      await pod.kill();
      return () => pod.start();
    },
  };
}

function crashed(name: string, server: BackendServer, signal: 'SIGKILL' | 'SIGQUIT'): Fault {
  return {
    name: `${name} crashes`,
    inject: async () => {
      await server.process.end(signal);
      return () => server.start();
    },
  };
}

function linkFaults(name: string, proxy: TcpProxy): Fault[] {
  const mode = (what: string, set: TcpProxy['mode'], begin: () => void, end: () => void): Fault => ({
    name: `the link to ${name} ${what}`,
    inject: async () => {
      proxy.mode = set;
      begin();
      return async () => {
        proxy.mode = 'pass';
        end();
      };
    },
  });
  const nothing = (): void => undefined;
  const reset = (): void => proxy.cut();
  return [
    mode('is down', 'refuse', reset, nothing),
    // Half of what was on its way arrives late, the rest with a new connection.
    mode('is half-open', 'stall', nothing, reset),
    mode('loses answers', 'drop-responses', nothing, reset),
    mode('is slow', 'slow', () => (proxy.delayMs = 300), nothing),
  ];
}

async function throwOut(stack: Stack): Promise<() => Promise<void>> {
  await withDatabase(stack.backends, (client) =>
    client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename in ('persistence', 'authentication')",
    ),
  );
  return async () => undefined;
}

async function cut(stack: Stack): Promise<() => Promise<void>> {
  stack.websocket.cut();
  return async () => undefined;
}
