import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Fanout } from '@chat-app/fanout';
import type { Logger, Metrics, TokenVerifier } from '@chat-app/platform';
import type { MessageLog } from '@chat-app/message-log';
import {
  assembleConversing,
  assembleFollowing,
  assembleHosting,
  type Conversing,
  type Following,
  type Hosting,
  type Pod,
} from './assemble';
import type { WebsocketConfiguration } from './configuration';
import { describeConnection } from './connections/describe-connection';
import { Subscriptions } from './delivery/subscriptions';
import { declareMetrics } from './metrics';
import type { AuthenticationClient } from './peers/authentication-client';
import type { PersistenceClient } from './peers/persistence-client';
import type { Connection, ConnectionEvents } from './connections/connection';
import { Registry } from './connections/registry';
import { TimerWheel } from './timer-wheel';
import { Transmitter } from './delivery/transmit-frame';

/** What the service is made of. It closes none of these. */
export interface WebsocketDependencies {
  log: MessageLog;
  fanout: Fanout;
  verifier: TokenVerifier;
  persistence: PersistenceClient;
  authentication: AuthenticationClient;
  configuration: WebsocketConfiguration;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds since the epoch; the system's clock by default. */
  now?: () => number;
  /** 0 up to 1; Math.random by default. */
  random?: () => number;
}

const WATCH_INTERVAL_MS = 1_000;
/** How long the ids of stored messages are remembered at least, milliseconds. */
const ROTATION_MS = 30_000;
const WHEEL_STEP_MS = 25;

/** Makes the service: `attach` it to servers and `start` it; `drain` it and then `close` it. */
export function createWebsocket(dependencies: WebsocketDependencies): WebsocketService {
  return new WebsocketService(dependencies);
}

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Sockets of one pod. States: made → started → draining → closed. */
export class WebsocketService {
  readonly #pod: Pod;
  readonly #following: Following;
  readonly #conversing: Conversing;
  readonly #hosting: Hosting;
  readonly #servers = new Map<Server, UpgradeListener>();
  #watch: NodeJS.Timeout | undefined;
  #rotation: NodeJS.Timeout | undefined;

  constructor(dependencies: WebsocketDependencies) {
    const { configuration, fanout, logger } = dependencies;
    const metrics = declareMetrics(dependencies.metrics, {
      connections: () => this.#pod.registry.size,
      draining: () => this.#hosting.drainer.left,
    });
    this.#pod = {
      ...dependencies,
      metrics,
      now: dependencies.now ?? Date.now,
      random: dependencies.random ?? Math.random,
      registry: new Registry(configuration.SENDS_BURST),
      channels: new Subscriptions(fanout, logger),
      transmitter: new Transmitter(configuration.MAX_OUTBOUND_BYTES, metrics),
      wheel: new TimerWheel(WHEEL_STEP_MS),
    };
    this.#following = assembleFollowing(this.#pod);
    this.#conversing = assembleConversing(this.#pod, this.#following);
    this.#hosting = assembleHosting(this.#pod, this.#following, this.#events());
  }

  /** Sockets open now. */
  get connections(): number {
    return this.#pod.registry.size;
  }

  /** Who is connected here: all in numbers, or the connections of one user. For operators. */
  describeConnections(userId?: string): object {
    const { registry } = this.#pod;
    if (userId === undefined) return { connections: registry.size, users: registry.userIds.length };
    return { user_id: userId, connections: (registry.find(userId)?.connections ?? []).map(describeConnection) };
  }

  /** Takes the upgrade requests of this server. Its owner closes it, after `drain`. */
  attach(server: Server): void {
    if (this.#servers.has(server)) return;
    const listener: UpgradeListener = (request, socket, head) => this.#hosting.acceptor.accept(request, socket, head);
    server.on('upgrade', listener);
    this.#servers.set(server, listener);
  }

  /** Begins to hear the fan-out and to look after connections. */
  start(): void {
    const { fanout } = this.#pod;
    fanout.onMessage((channel, payload) => this.#conversing.deliverer.receive(channel, payload));
    this.#following.sweeper.start();
    this.#watch = setInterval(() => this.#lookAfterAll(), WATCH_INTERVAL_MS);
    this.#rotation = setInterval(() => this.#rotateIds(), ROTATION_MS);
  }

  /**
   * Sends all clients away, paced over the drain window; refuses new ones once the endpoints have settled. Resolves when
   * none is left. Memoised; never rejects.
   */
  drain(): Promise<void> {
    return this.#hosting.drainer.drain();
  }

  /** Cuts what is still open, writes the cursors, and lets go of timers and channels. */
  async close(): Promise<void> {
    const { registry, wheel } = this.#pod;
    const { sweeper, cursors } = this.#following;
    for (const [server, listener] of this.#servers) server.off('upgrade', listener);
    this.#servers.clear();
    clearInterval(this.#watch);
    clearInterval(this.#rotation);
    sweeper.stop();
    for (const connection of [...registry.connections]) {
      connection.socket.terminate();
      this.#closed(connection, 1006);
    }
    await cursors.flush();
    cursors.close();
    wheel.close();
  }

  #events(): ConnectionEvents {
    return {
      text: (connection, text) => this.#conversing.receiver.receive(connection, text),
      ping: (connection) => this.#conversing.receiver.ping(connection),
      pong: (connection) => this.#hosting.heartbeats.alive(connection),
      closed: (connection, code) => this.#closed(connection, code),
    };
  }

  #closed(connection: Connection, code: number): void {
    if (connection.state === 'closed') return;
    connection.state = 'closed';
    const { registry, channels, metrics } = this.#pod;
    const { cursors } = this.#following;
    metrics.closed.add(String(code));
    void channels.follow(registry.remove(connection));
    // The device may come back on another pod at once: its cursor should be there before it.
    if (cursors.waits(connection)) void cursors.flush();
  }

  #lookAfterAll(): void {
    const now = this.#pod.now();
    for (const connection of this.#pod.registry.connections) {
      if (connection.state !== 'open') continue;
      this.#conversing.authenticator.watch(connection, now);
      this.#hosting.heartbeats.watch(connection, now);
    }
  }

  #rotateIds(): void {
    for (const { inbox } of this.#pod.registry.connections) if (!inbox.sent.empty) inbox.sent.rotate();
  }
}
