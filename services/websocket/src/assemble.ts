/** Puts the journey's steps together; each knows only what it is given. */
import type { Fanout } from '@chat-app/fanout';
import type { Logger, TokenVerifier } from '@chat-app/platform';
import type { MessageLog } from '@chat-app/message-log';
import { ConnectionAcceptor } from './connections/accept-connection';
import { Authenticator } from './connections/authenticate-connection';
import type { WebsocketConfiguration } from './configuration';
import { CursorKeeper } from './inbox/keep-cursors';
import { Deliverer } from './delivery/deliver-message';
import { ConnectionDrainer } from './connections/drain-connections';
import { SessionWatch } from './connections/watch-sessions';
import { Recipients } from './publishing/find-recipients';
import { InboxFollower, type InboxEvent } from './inbox/follow-inbox';
import type { Subscriptions } from './delivery/subscriptions';
import type { WebsocketMetrics } from './metrics';
import { InboxOpener } from './inbox/open-inbox';
import type { AuthenticationClient } from './peers/authentication-client';
import type { PersistenceClient } from './peers/persistence-client';
import { LivePublisher } from './publishing/publish-live';
import { InboxReader } from './inbox/read-inbox';
import { FrameReceiver } from './publishing/receive-frame';
import { ConversationResolver } from './publishing/resolve-conversation';
import { MessageSender } from './publishing/send-message';
import { SocketServer } from './connections/sockets/ws-server';
import type { Connection, ConnectionEvents } from './connections/connection';
import type { Registry } from './connections/registry';
import type { TimerWheel } from './timer-wheel';
import { InboxReconciler } from './inbox/reconcile-inboxes';
import type { Transmitter } from './delivery/transmit-frame';
import { HeartbeatWatch } from './connections/watch-heartbeats';

/** What every step may use. */
export interface Pod {
  log: MessageLog;
  fanout: Fanout;
  verifier: TokenVerifier;
  persistence: PersistenceClient;
  authentication: AuthenticationClient;
  configuration: WebsocketConfiguration;
  logger: Logger;
  metrics: WebsocketMetrics;
  now: () => number;
  random: () => number;
  registry: Registry;
  channels: Subscriptions;
  transmitter: Transmitter;
  wheel: TimerWheel;
}

/** How long a closing handshake may take, milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Steps that keep connections up to date with their inboxes and sessions. */
export interface Following {
  step: (connection: Connection, event: InboxEvent) => void;
  opener: InboxOpener;
  sweeper: InboxReconciler;
  sessions: SessionWatch;
  cursors: CursorKeeper;
}

export function assembleFollowing(pod: Pod): Following {
  const { configuration, persistence, authentication, registry, transmitter, wheel, metrics, logger } = pod;
  const sessions = new SessionWatch(authentication, registry, transmitter, wheel, logger);
  const sweeper: InboxReconciler = new InboxReconciler({
    ...pod,
    intervalMs: configuration.SWEEP_INTERVAL_MS,
    degradedIntervalMs: configuration.DEGRADED_SWEEP_INTERVAL_MS,
    step: (connection, event) => follower.step(connection, event),
    onSweep: () => sessions.checkAll(),
  });
  const opener = new InboxOpener({
    ...pod,
    catchUpEntries: configuration.CATCH_UP_ENTRIES,
    lookAgain: (userId) => sweeper.lookAt(userId),
  });
  const follower: InboxFollower = new InboxFollower({
    ...pod,
    reader: new InboxReader(persistence, metrics, logger),
    reopen(connection) {
      void opener.reopen(connection).then((inbox) => {
        if (inbox === undefined) follower.step(connection, { kind: 'open_failed' });
        else follower.step(connection, { kind: 'opened', position: inbox.position, head: inbox.head });
      });
    },
    onMembership: ({ userId }, { conversation_id, kind, seq }) =>
      opener.changeGroup(userId, conversation_id, kind, seq),
  });
  const step = (connection: Connection, event: InboxEvent): void => follower.step(connection, event);
  return { step, opener, sweeper, sessions, cursors: new CursorKeeper(persistence, metrics, logger) };
}

/** Steps that take what clients and the fan-out say. */
export interface Conversing {
  receiver: FrameReceiver;
  deliverer: Deliverer;
  authenticator: Authenticator;
}

export function assembleConversing(pod: Pod, following: Following): Conversing {
  const { configuration, authentication, persistence, logger } = pod;
  const { step, opener, sessions, cursors } = following;
  const deliverer = new Deliverer({
    ...pod,
    step,
    changeGroup: (userId, group, change, seq) => opener.changeGroup(userId, group, change, seq),
    endSessions: (userId, sessionIds) => sessions.end(userId, sessionIds),
  });
  const authenticator = new Authenticator({ ...pod, onSession: (connection) => sessions.check(connection) });
  const recipients = new Recipients(authentication, logger);
  const sender = new MessageSender({
    ...pod,
    step,
    publisher: new LivePublisher({
      ...pod,
      deliverHere: (channel, payload) => deliverer.receive(channel, payload),
    }),
    resolver: new ConversationResolver(
      recipients,
      persistence,
      (user, group, asked) => opener.joinGroup(user, group, asked),
      logger,
    ),
    limits: {
      unacknowledged: configuration.MAX_UNACKNOWLEDGED_SENDS,
      perSecond: configuration.SENDS_PER_SECOND,
      burst: configuration.SENDS_BURST,
      contentBytes: configuration.CONTENT_BYTES,
    },
  });
  return { deliverer, authenticator, receiver: new FrameReceiver({ ...pod, sender, cursors, authenticator }) };
}

/** Steps that let clients in, look after them, and send them away. */
export interface Hosting {
  acceptor: ConnectionAcceptor;
  drainer: ConnectionDrainer;
  heartbeats: HeartbeatWatch;
}

export function assembleHosting(pod: Pod, following: Following, events: ConnectionEvents): Hosting {
  const { configuration, transmitter, random, now } = pod;
  const { step, opener, sessions, cursors } = following;
  const heartbeats = new HeartbeatWatch(configuration.PING_INTERVAL_MS, transmitter, random);
  const acceptor = new ConnectionAcceptor({
    ...pod,
    step,
    opener,
    events,
    sockets: new SocketServer({ frameBytes: configuration.FRAME_BYTES, closeTimeoutMs: CLOSE_TIMEOUT_MS }),
    onOpened(connection) {
      heartbeats.begin(connection, now());
      sessions.check(connection);
    },
  });
  const drainer = new ConnectionDrainer({
    ...pod,
    step,
    cursors,
    acceptor,
    settleMs: configuration.ENDPOINT_SETTLE_MS,
    windowMs: configuration.DRAIN_WINDOW_MS,
  });
  return { acceptor, drainer, heartbeats };
}
