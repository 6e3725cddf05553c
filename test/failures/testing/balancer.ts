/**
 * What a Kubernetes Service is for processes: one address in front of some pods. Connections go to the pods in turn; one
 * that refuses is passed over; one that is `excluded` (not ready, or terminating) gets no new connections.
 *
 * The balancer owns its sockets; `close` releases them all.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Balancer {
  readonly #server: Server;
  readonly #excluded = new Set<number>();
  readonly #clients = new Set<Socket>();
  readonly #pods = new Set<Socket>();
  #next = 0;

  private constructor(private readonly ports: readonly number[]) {
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free port of 127.0.0.1 and forwards to these ports of it. */
  static async open(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(ports);
    balancer.#server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 });
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#clients.size;
  }

  exclude(port: number): void {
    this.#excluded.add(port);
  }

  include(port: number): void {
    this.#excluded.delete(port);
  }

  /** Resets every open connection, both ends. */
  cut(): void {
    for (const socket of [...this.#clients, ...this.#pods]) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    this.#clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => this.#clients.delete(client));
    const ready = this.ports.filter((port) => !this.#excluded.has(port));
    const first = this.#next++;
    this.#dial(
      client,
      ready.map((_, index) => ready[(first + index) % ready.length] ?? 0),
    );
  }

  /** Tries one pod after the other. Nothing was read from the client yet, so nothing is lost by a refusal. */
  #dial(client: Socket, [port, ...rest]: readonly number[]): void {
    if (client.destroyed) return;
    if (port === undefined) return void client.resetAndDestroy();
    const pod = connect(port, '127.0.0.1');
    const refused = (): void => this.#dial(client, rest);
    const gone = (): void => void pod.destroy();
    pod.once('error', refused);
    client.once('close', gone);
    pod.once('connect', () => {
      pod.off('error', refused);
      client.off('close', gone);
      this.#join(client, pod);
    });
  }

  /** Passes on bytes, ends and resets both ways. An end is not a reset: what was sent before it still arrives. */
  #join(client: Socket, pod: Socket): void {
    this.#pods.add(pod);
    pod.on('close', () => this.#pods.delete(pod));
    pod.on('error', () => client.resetAndDestroy());
    client.on('close', (failed) => {
      if (failed) pod.resetAndDestroy();
    });
    client.pipe(pod);
    pod.pipe(client);
  }
}
