import { createServer, type Server } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { silentLogger } from '../log';
import { Metrics } from '../metrics/metrics';
import { createServiceClient, MAX_CONNECTION_AGE_MS } from './service-client';

// Hundreds of calls on a busy machine.
jest.setTimeout(60_000);
const MAX_AGE_MS = 300;

const portOf = (server: TcpServer): number => (server.address() as AddressInfo).port;
const listen = (server: TcpServer): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

describe('calls through an address that spreads connections over pods', () => {
  let pods: Server[];
  let served: number[];
  let sockets: Set<Socket>;
  /** Spreads connections as a Service does: each new one goes to the next of the pods that it has. */
  let balancer: TcpServer;
  let endpoints: number[];

  beforeEach(async () => {
    served = [0, 0];
    sockets = new Set();
    pods = served.map((_, pod) =>
      createServer((_request, response) => {
        served[pod]! += 1;
        response.end();
      }),
    );
    await Promise.all(pods.map(listen));
    endpoints = [portOf(pods[0]!)];
    let turn = 0;
    balancer = createTcpServer({ noDelay: true }, (incoming) => {
      turn += 1;
      const outgoing = connect({ port: endpoints[turn % endpoints.length]!, host: '127.0.0.1', noDelay: true });
      for (const [from, to] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        sockets.add(from);
        from.on('error', () => to.destroy());
        from.pipe(to);
        from.once('close', () => sockets.delete(from));
      }
    });
    await listen(balancer);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all([balancer, ...pods].map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const open = () =>
    createServiceClient({
      name: 'persistence',
      baseUrl: `http://127.0.0.1:${portOf(balancer)}`,
      timeoutMs: 30_000,
      maxConnectionAgeMs: MAX_AGE_MS,
      metrics: new Metrics('test'),
      logger: silentLogger,
    });
  const path = '/value';

  it('give a pod that was added its share once the connections are of age, with one caller or many', async () => {
    for (const callers of [1, 8]) {
      endpoints = [portOf(pods[0]!)];
      const client = open();
      const call = () => client.call({ method: 'GET', path, response: null });
      const load = async (goOn: (calls: number) => boolean): Promise<void> => {
        let calls = 0;
        const caller = async (): Promise<void> => {
          while (goOn((calls += 1))) await call();
        };
        await Promise.all(Array.from({ length: callers }, caller));
      };
      await load((calls) => calls <= 8);
      endpoints.push(portOf(pods[1]!));
      const ofAge = performance.now() + 2 * MAX_AGE_MS;
      await load(() => performance.now() < ofAge);
      served.fill(0);
      await load((calls) => calls <= 40);
      expect(served[0]! + served[1]!).toBe(40);
      expect(served[1]!).toBeGreaterThan(40 / 4);
      expect(served[0]!).toBeGreaterThan(40 / 4);
      client.close();
    }
  });

  it('are of age several times a minute by default', () => {
    expect(MAX_CONNECTION_AGE_MS).toBeLessThanOrEqual(20_000);
  });
});
