import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Fanout } from '@chat-app/fanout';
import { takePublicPath } from '@chat-app/platform';
import { ENDED_SESSIONS_CHANNEL } from '@chat-app/protocol';
import { assembleWebsocket, type AssembledWebsocket, type WebsocketDependencies } from './assemble-websocket';
import { describeConnection } from './connections/describe-connection';

const WATCH_INTERVAL_MS = 1_000;
/** How long the ids of stored messages are remembered at least, milliseconds. */
const ROTATION_MS = 30_000;

/** Makes the service: `attach` it to servers and `start` it; `drain` it and then `close` it. */
export function createWebsocket(dependencies: WebsocketDependencies): WebsocketService {
  return new WebsocketService(dependencies.fanout, assembleWebsocket(dependencies));
}

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Sockets of one pod. States: made → started → draining → closed. */
export class WebsocketService {
  readonly #servers = new Map<Server, UpgradeListener>();
  #watch: NodeJS.Timeout | undefined;
  #rotation: NodeJS.Timeout | undefined;

  constructor(
    private readonly fanout: Fanout,
    private readonly steps: AssembledWebsocket,
  ) {}

  /** Sockets open now. */
  get connections(): number {
    return this.steps.registry.size;
  }

  /** Pods of this service that are known to run, this one included. */
  get pods(): number {
    return this.steps.pods.pods;
  }

  /** Who is connected here: all in numbers, or the connections of one user. For operators. */
  describeConnections(userId?: string): object {
    const { registry, clock } = this.steps;
    if (userId === undefined) return { connections: registry.size, users: registry.userIds.length };
    const connections = registry.find(userId)?.connections ?? [];
    return { user_id: userId, connections: connections.map((connection) => describeConnection(connection, clock)) };
  }

  /** Takes the upgrade requests of this server, which is below this path. Its owner closes it, after `drain`. */
  attach(server: Server, path = ''): void {
    if (this.#servers.has(server)) return;
    const listener: UpgradeListener = (request, socket, head) => {
      takePublicPath(request, path);
      this.steps.acceptor.accept(request, socket, head);
    };
    server.on('upgrade', listener);
    this.#servers.set(server, listener);
  }

  /** Begins to take what the fan-out brings and to look after connections. */
  start(): void {
    const { envelopes, reconciler, standing, pods, presence, leases } = this.steps;
    this.fanout.onMessage((channel, payload) => {
      if (!pods.receive(channel, payload)) envelopes.receive(channel, payload);
    });
    // Where it is unavailable it stays wanted, and what ended is looked up.
    this.fanout.subscribe([ENDED_SESSIONS_CHANNEL]).catch(() => undefined);
    standing.start();
    reconciler.start();
    pods.start();
    presence.start();
    leases.start();
    this.#watch = setInterval(() => this.#watchAll(), WATCH_INTERVAL_MS);
    this.#rotation = setInterval(() => this.#rotateIds(), ROTATION_MS);
  }

  /**
   * Sends all clients away, paced over the drain window; refuses new ones once the endpoints have settled. Resolves when
   * none is left. Memoised; never rejects.
   */
  drain(): Promise<void> {
    return this.steps.drainer.drain();
  }

  /** Cuts what is still open, writes the cursors, and lets go of timers and channels. */
  async close(): Promise<void> {
    const { acceptor, reconciler, standing, ender, cursors, wheel, pods, presence, leases } = this.steps;
    // Who is being let in would be left behind.
    acceptor.refuseAll();
    for (const [server, listener] of this.#servers) server.off('upgrade', listener);
    this.#servers.clear();
    clearInterval(this.#watch);
    clearInterval(this.#rotation);
    reconciler.stop();
    presence.stop();
    await leases.stop();
    await Promise.all([pods.stop(), standing.close(), this.fanout.unsubscribe([ENDED_SESSIONS_CHANNEL])]);
    ender.endAll();
    await cursors.flush();
    cursors.close();
    wheel.close();
  }

  #watchAll(): void {
    const { registry, authenticator, heartbeats, clock } = this.steps;
    const now = clock.monotonic();
    for (const connection of registry.connections) {
      if (connection.state !== 'open') continue;
      authenticator.watch(connection, now);
      heartbeats.watch(connection, now);
    }
  }

  #rotateIds(): void {
    for (const { inbox } of this.steps.registry.connections) inbox.rotate();
  }
}
