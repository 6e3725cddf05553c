import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmbeddedLeaseBoard, EmbeddedPresenceLeases } from '@chat-app/embedded/fanout';
import type { Fanout } from '@chat-app/fanout';
import type { MessageLog } from '@chat-app/message-log';
import { Metrics, silentLogger, type Audit } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { WebsocketConfiguration } from '../configuration';
import { createWebsocket, type WebsocketService } from '../create-websocket';
import { TestAuthentication } from './test-authentication';
import { TestBus } from './test-bus';
import { TestLog } from './test-log';
import { TestPersistence } from './test-persistence';
import { TestClient } from './ws-test-client';

export const ALICE = '123e4567-e89b-12d3-a456-426614174000';
export const BOB = '789e0123-e45b-67d8-a901-324534567890';
export const CAROL = '00000000-0000-4000-8000-00000000000c';

const CONFIGURATION: WebsocketConfiguration = {
  ALLOWED_ORIGINS: [],
  MAX_CONNECTIONS: 1_000,
  MAX_CONNECTIONS_PER_USER: 20,
  MAX_UNACKNOWLEDGED_SENDS: 256,
  TRUSTED_PROXIES: 0,
  REQUIRE_TLS: false,
  SENDS_PER_SECOND: 1_000,
  SENDS_BURST: 10_000,
  ROWS_PER_SECOND: 1_000_000,
  ROWS_BURST: 1_000_000,
  HANDSHAKES_PER_MINUTE: 60_000,
  HANDSHAKES_BURST: 10_000,
  REFUSED_HANDSHAKES_PER_MINUTE: 10_000,
  MAX_OUTBOUND_BYTES: 1_048_576,
  PING_INTERVAL_MS: 15_000,
  RECONCILE_INTERVAL_MS: 30_000,
  DEGRADED_RECONCILE_INTERVAL_MS: 100,
  CATCH_UP_ENTRIES: 500,
  CONTENT_BYTES: 16_384,
  FRAME_BYTES: 65_536,
  PRESENCE_LEASE_MS: 30_000,
  DRAIN_WINDOW_MS: 100,
  ENDPOINT_SETTLE_MS: 0,
};

/** One pod of the service under test, on a port of its own. */
export interface TestPod {
  url: string;
  server: Server;
  service: WebsocketService;
  fanout: Fanout;
  leases: EmbeddedPresenceLeases;
  metrics: Metrics;
}

/** Everything around the service, in memory, and as many pods as the test starts. `close` releases all of it. */
export class TestWorld {
  readonly bus = new TestBus();
  readonly leases = new EmbeddedLeaseBoard();
  readonly log = new TestLog();
  readonly persistence = new TestPersistence(this.bus);
  readonly authentication = new TestAuthentication();
  readonly #pods: TestPod[] = [];
  readonly #clients: TestClient[] = [];

  constructor() {
    this.log.onAppended = (record) => this.persistence.consume(record);
  }

  async pod(
    configuration: Partial<WebsocketConfiguration> = {},
    parts: { log?: MessageLog; fanout?: Fanout; clock?: Clock; audit?: Audit } = {},
  ): Promise<TestPod> {
    const server = createServer();
    const fanout = parts.fanout ?? this.bus.join();
    const leases = new EmbeddedPresenceLeases(this.leases);
    const metrics = new Metrics('websocket');
    const service = createWebsocket({
      log: parts.log ?? this.log,
      fanout,
      leases,
      verifier: this.authentication,
      persistence: this.persistence,
      authentication: this.authentication,
      configuration: { ...CONFIGURATION, ...configuration },
      logger: silentLogger,
      metrics,
      ...(parts.clock !== undefined && { clock: parts.clock }),
      ...(parts.audit !== undefined && { audit: parts.audit }),
    });
    service.attach(server);
    service.start();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const pod = { url: `ws://127.0.0.1:${port}/ws`, server, service, fanout, leases, metrics };
    this.#pods.push(pod);
    return pod;
  }

  /** Connects a user; resolves after `welcome`. */
  async connect(
    pod: TestPod,
    userId: string,
    options: { device?: string; sessionId?: string } = {},
  ): Promise<TestClient> {
    const { sessionId } = options;
    const token = this.authentication.token(userId, sessionId === undefined ? {} : { sessionId });
    const client = await TestClient.open(`${pod.url}?device_id=${options.device ?? 'phone'}`, { token });
    this.#clients.push(client);
    await client.next('welcome');
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.socket.terminate();
    for (const { service, server, fanout } of this.#pods) {
      await service.close();
      await fanout.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    }
  }
}

/** How long a test waits for something, milliseconds. */
const WAIT_MS = 30_000;

/** Resolves once the condition holds. @throws when it does not come to hold: a wait must not outlive its test */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
