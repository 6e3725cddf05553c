/**
 * A TCP proxy that misbehaves on request, between a service and a backend.
 *
 * Modes: `pass` forwards; `stall` keeps connections open and forwards nothing either way (a half-open link; bytes held
 * are forwarded when it passes again); `slow` delays every chunk; `refuse` destroys new connections. `cut` resets what
 * is open. `drop-responses` swallows what the backend answers while requests still reach it. `watch` sees what passes and
 * may swallow it: what happens at exactly one moment of a conversation is done there.
 *
 * The proxy owns its sockets and timers; `close` releases them all.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type ProxyMode = 'pass' | 'stall' | 'slow' | 'refuse' | 'drop-responses';

/** A chunk on its way, and the connection it is on. */
export interface Passing {
  chunk: Buffer;
  direction: 'request' | 'response';
  /** Counted from 1, by when they were opened. */
  connection: number;
}

interface Link {
  client: Socket;
  backend: Socket;
}

export class TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #mode: ProxyMode = 'pass';
  #held: (() => void)[] = [];
  /** What waits to be written to a socket, in order. */
  readonly #delayed = new Map<Socket, { due: number; write: () => void }[]>();
  delayMs = 0;
  /** Called for each chunk before it is forwarded; where it answers 'swallow' the chunk is not. */
  watch: ((passing: Passing) => 'forward' | 'swallow') | undefined;
  #opened = 0;

  private constructor(
    readonly targetHost: string,
    readonly targetPort: number,
  ) {
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on 127.0.0.1 (a free port unless one is named) and forwards to `host:port`. */
  static async open(target: string, port = 0): Promise<TcpProxy> {
    const [host = '127.0.0.1', targetPort = ''] = target.split(':');
    const proxy = new TcpProxy(host, Number(targetPort));
    proxy.#server.listen(port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#links.size;
  }

  get mode(): ProxyMode {
    return this.#mode;
  }

  set mode(mode: ProxyMode) {
    this.#mode = mode;
    if (mode === 'stall') return;
    const held = this.#held;
    this.#held = [];
    held.forEach((forward) => forward());
  }

  /** Resets every open connection. */
  cut(): void {
    for (const { client, backend } of this.#links) {
      client.resetAndDestroy();
      backend.resetAndDestroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    this.#held = [];
    this.#timers.forEach((timer) => clearTimeout(timer));
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#mode === 'refuse') return void client.resetAndDestroy();
    const backend = connect(this.targetPort, this.targetHost);
    const link = { client, backend };
    const connection = ++this.#opened;
    const passes = (chunk: Buffer, direction: Passing['direction']): boolean =>
      this.watch?.({ chunk, direction, connection }) !== 'swallow';
    this.#links.add(link);
    backend.on('error', () => client.destroy());
    client.on('close', () => {
      backend.destroy();
      this.#links.delete(link);
    });
    backend.on('close', () => client.destroy());
    client.on('data', (chunk: Buffer) => void (passes(chunk, 'request') && this.#forward(backend, chunk, false)));
    backend.on('data', (chunk: Buffer) => void (passes(chunk, 'response') && this.#forward(client, chunk, true)));
  }

  #forward(to: Socket, chunk: Buffer, isResponse: boolean): void {
    const write = (): void => void (to.writable && to.write(chunk));
    if (this.#mode === 'stall') this.#held.push(write);
    else if (this.#mode === 'drop-responses' && isResponse) return;
    else if (this.#mode === 'slow') this.#later(to, write, this.delayMs);
    // What is passed on now must not overtake what is still delayed.
    else if (this.#delayed.has(to)) this.#later(to, write, 0);
    else write();
  }

  #later(to: Socket, write: () => void, delayMs: number): void {
    const one = { due: performance.now() + delayMs, write };
    const queue = this.#delayed.get(to);
    if (queue !== undefined) return void queue.push(one);
    this.#delayed.set(to, [one]);
    this.#arm(to, delayMs);
  }

  /** Writes what is due, in order. */
  #arm(to: Socket, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const queue = this.#delayed.get(to) ?? [];
      for (let [head] = queue; head !== undefined && head.due <= performance.now() + 1; [head] = queue) {
        queue.shift();
        head.write();
      }
      const [next] = queue;
      if (next === undefined) this.#delayed.delete(to);
      else this.#arm(to, Math.max(0, next.due - performance.now()));
    }, delayMs);
    this.#timers.add(timer);
  }
}
