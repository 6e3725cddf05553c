/**
 * One websocket pod as a process, for measuring: the service as it is, real Redis where REDIS_URL is set, and beside it
 * a log and a persistence that cost next to nothing. The parent asks for its CPU time and memory over IPC.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fanout } from '@chat-app/fanout';
import type { MessageLog } from '@chat-app/message-log';
import { Metrics, silentLogger, type TokenClaims } from '@chat-app/platform';
import { createEmbeddedFanout, EmbeddedPresenceLeases } from '@chat-app/embedded/fanout';
import { createRedisBackend } from '@chat-app/fanout/redis';
import { decodeEvent, FEATURES, userChannel, writeEnvelope, type ChatMessage } from '@chat-app/protocol';
import { createWebsocket, type PersistenceClient, type WebsocketConfiguration } from '@chat-app/websocket';

/** What a pod tells its parent. */
export type FromPod =
  | { kind: 'listening'; port: number }
  | { kind: 'usage'; cpuUs: number; rss: number; heapUsed: number; external: number };

const CONFIGURATION: WebsocketConfiguration = {
  ALLOWED_ORIGINS: [],
  MAX_CONNECTIONS: 100_000,
  MAX_CONNECTIONS_PER_USER: 100,
  MAX_UNACKNOWLEDGED_SENDS: 256,
  SENDS_PER_SECOND: 100_000,
  SENDS_BURST: 100_000,
  TRUSTED_PROXIES: 0,
  REQUIRE_TLS: false,
  ROWS_PER_SECOND: 1_000_000,
  ROWS_BURST: 1_000_000,
  HANDSHAKES_PER_MINUTE: 1_000_000,
  HANDSHAKES_BURST: 1_000_000,
  REFUSED_HANDSHAKES_PER_MINUTE: 1_000_000,
  MAX_OUTBOUND_BYTES: 1_048_576,
  PING_INTERVAL_MS: 25_000,
  RECONCILE_INTERVAL_MS: 30_000,
  DEGRADED_RECONCILE_INTERVAL_MS: 1_500,
  CATCH_UP_ENTRIES: 500,
  CONTENT_BYTES: 16_384,
  FRAME_BYTES: 65_536,
  PRESENCE_LEASE_MS: 30_000,
  DRAIN_WINDOW_MS: 1_000,
  ENDPOINT_SETTLE_MS: 0,
};

/** Acknowledges in batches, as a broker does, and publishes the stored notices that persistence would. */
function cheapLog(fanout: Fanout): MessageLog {
  const heads = new Map<string, number>();
  let batch: { value: string; resolve: () => void }[] = [];
  const next = (user: string): number => {
    const seq = (heads.get(user) ?? 0) + 1;
    heads.set(user, seq);
    return seq;
  };
  const flush = (): void => {
    const done = batch;
    batch = [];
    for (const { resolve } of done) resolve();
    const notices = new Map<string, { ids: string[]; seqs: number[] }>();
    for (const { value } of done) {
      const decoded = decodeEvent('message', value);
      if (!decoded.ok) continue;
      const { message_id, sender_id, recipient_id } = decoded.value as ChatMessage;
      for (const user of [sender_id, recipient_id ?? sender_id]) {
        const notice = notices.get(user) ?? { ids: [], seqs: [] };
        notices.set(user, notice);
        notice.ids.push(message_id);
        notice.seqs.push(next(user));
      }
    }
    setTimeout(() => {
      for (const [user, { ids, seqs }] of notices) {
        const envelope = { kind: 'stored' as const, event_ids: ids, positions: { [user]: seqs } };
        fanout.publish(userChannel(user), writeEnvelope(envelope)).catch(() => undefined);
      }
    }, 10);
  };
  return {
    queued: 0,
    append: ({ value }) =>
      new Promise((resolve) => {
        batch.push({ value, resolve });
        if (batch.length === 1) setTimeout(flush, 2);
      }),
    subscribe: () => {
      throw new Error('nothing is consumed here');
    },
    close: () => Promise.resolve(),
  };
}

const announced = { epoch: 'bench', features: [...FEATURES] };
const nothing = { head: 0, position: 0, skipped: 0, conversation_ids: [], ...announced };
const emptyPersistence: PersistenceClient = {
  openConnection: () => Promise.resolve(nothing),
  openConnections: (openings) => Promise.resolve(openings.map(() => nothing)),
  readInbox: () => Promise.resolve({ entries: [], head: 0, epoch: announced.epoch }),
  readInboxes: (readings) => Promise.resolve(readings.map(() => ({ entries: [], head: 0, epoch: announced.epoch }))),
  readHeads: () => Promise.resolve({ heads: {}, ...announced }),
  confirm: () => Promise.resolve(),
  askChange: async () => ({}),
  findMembership: () => Promise.resolve(undefined),
  // Everybody shares a conversation with everybody.
  findContacts: (_user, ids) => Promise.resolve({ userIds: [...ids], seesLastSeen: true, hiding: [] }),
  recordLastSeen: () => Promise.resolve(),
  findLastSeen: () => Promise.resolve(new Map()),
};

function claimsOf(token: string): TokenClaims {
  const now = Math.floor(Date.now() / 1_000);
  return { userId: token, sessionId: token, tokenId: token, issuedAt: now, expiresAt: now + 86_400 };
}

function tell(message: FromPod): void {
  process.send?.(message);
}

function main(): void {
  const url = process.env['REDIS_URL'];
  const metrics = new Metrics('websocket');
  const podName = `bench-${process.pid}`;
  const { fanout, leases } =
    url === undefined
      ? { fanout: createEmbeddedFanout(), leases: new EmbeddedPresenceLeases() }
      : createRedisBackend({ url, podName, logger: silentLogger, metrics });
  fanout.onStateChange((state) => console.error(`${podName}: the fan-out is ${state}`));
  const service = createWebsocket({
    log: cheapLog(fanout),
    fanout,
    leases,
    verifier: { verify: (token) => Promise.resolve(claimsOf(token)) },
    persistence: emptyPersistence,
    authentication: {
      findUnknownUsers: () => Promise.resolve([]),
      findEndedSessions: () => Promise.resolve([]),
      listEndedSessions: () => Promise.resolve({ sessions: [], next: '', more: false, keepS: 600 }),
    },
    configuration: CONFIGURATION,
    logger: silentLogger,
    metrics,
  });
  const server = createServer();
  service.attach(server);
  service.start();
  server.listen(0, '127.0.0.1', 4_096, () => tell({ kind: 'listening', port: (server.address() as AddressInfo).port }));
  process.on('message', () => {
    global.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    tell({ kind: 'usage', cpuUs: user + system, rss, heapUsed, external });
  });
  process.on('disconnect', () => process.exit(0));
}

main();
