/** Puts the journey's steps together: in the order in which they need each other, each given what it uses and no more. */
import type { Fanout, PresenceLeases } from '@chat-app/fanout';
import { newId } from '@chat-app/protocol';
import { silentAudit, type Audit, type Logger, type Metrics, type TokenVerifier } from '@chat-app/platform';
import type { MessageLog } from '@chat-app/message-log';
import { StandingSessions } from '@chat-app/tokens';
import { systemClock, type Clock } from './clock';
import type { WebsocketConfiguration } from './configuration';
import { ConnectionAcceptor } from './connections/handshake/accept-connection';
import { Authenticator } from './connections/renew-token';
import { ConnectionDrainer } from './connections/drain-connections';
import { PodCount } from './connections/count-pods';
import { ConnectionEnder } from './connections/end-connection';
import { RefusedHandshakes } from './connections/handshake/limit-handshakes';
import { Registry } from './connections/registry';
import { SocketServer } from './connections/sockets/ws-server';
import { UserRates } from './connections/limit-user-rates';
import { EventLoopTurns } from './connections/take-turns';
import { HeartbeatWatch } from './connections/watch-heartbeats';
import { SessionGuard } from './connections/guard-sessions';
import { EventDeliverer } from './delivery/deliver-event';
import { SignalDeliverer } from './delivery/deliver-signal';
import { StateDeliverer } from './delivery/deliver-state';
import { EnvelopeReceiver } from './delivery/receive-envelope';
import { Subscriptions } from './delivery/subscriptions';
import { Transmitter } from './delivery/transmit-frame';
import { Announcements } from './inbox/announcements';
import { BlockFollower } from './inbox/follow-blocks';
import { GroupFollower } from './inbox/follow-groups';
import { InboxFollower } from './inbox/follow-inbox';
import { CursorKeeper } from './inbox/keep-cursors';
import { InboxOpener } from './inbox/open-inbox';
import { HeadReader } from './inbox/read-heads';
import { InboxReader } from './inbox/read-inbox';
import { InboxReconciler } from './inbox/reconcile-inboxes';
import { declareMetrics } from './metrics';
import type { AuthenticationClient } from './peers/authentication-client';
import type { PersistenceClient } from './peers/persistence-client';
import { LastSeen } from './presence/keep-last-seen';
import { LeaseHolder } from './presence/hold-leases';
import { PresenceWatch } from './presence/watch-presence';
import { DirectPartners } from './publishing/find-direct-partners';
import { GroupSizes } from './publishing/find-group-sizes';
import { Recipients } from './publishing/find-recipients';
import { ChangeGuard } from './publishing/guard-change';
import { TypingLimits } from './publishing/limit-typing';
import { LivePublisher } from './publishing/publish-live';
import { TypingPublisher } from './publishing/publish-typing';
import { FrameReceiver } from './connections/receive-frame';
import { ConversationResolver } from './publishing/resolve-conversation';
import { MessageSender } from './publishing/send-message';
import { TimerWheel } from './timer-wheel';

const WHEEL_STEP_MS = 25;
/** How long a closing handshake may take, milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** What the service is made of. It closes none of these. */
export interface WebsocketDependencies {
  log: MessageLog;
  fanout: Fanout;
  leases: PresenceLeases;
  verifier: TokenVerifier;
  persistence: PersistenceClient;
  authentication: AuthenticationClient;
  configuration: WebsocketConfiguration;
  logger: Logger;
  /** Told of handshakes that are refused for who asks; nothing is recorded without it. */
  audit?: Audit;
  metrics: Metrics;
  /** The system's by default. */
  clock?: Clock;
  /** 0 up to 1; Math.random by default. */
  random?: () => number;
}

/** What the service starts, asks and stops. */
export interface AssembledWebsocket {
  registry: Registry;
  /** Followed from start to close. */
  standing: StandingSessions;
  envelopes: EnvelopeReceiver;
  reconciler: InboxReconciler;
  acceptor: ConnectionAcceptor;
  authenticator: Authenticator;
  heartbeats: HeartbeatWatch;
  drainer: ConnectionDrainer;
  ender: ConnectionEnder;
  cursors: CursorKeeper;
  wheel: TimerWheel;
  clock: Clock;
  pods: PodCount;
  presence: PresenceWatch;
  leases: LeaseHolder;
}

export function assembleWebsocket(dependencies: WebsocketDependencies): AssembledWebsocket {
  const { log, fanout, leases, verifier, persistence, authentication, configuration, logger } = dependencies;
  const { clock = systemClock, random = Math.random } = dependencies;
  const registry = new Registry();
  const metrics = declareMetrics(dependencies.metrics, registry);
  const wheel = new TimerWheel(WHEEL_STEP_MS);

  // How often a user may act, over all pods.
  const pods = new PodCount(newId(), fanout, clock);
  const rates = new UserRates(configuration, () => pods.pods);

  // What everything below writes to, subscribes with, and asks.
  const transmitter = new Transmitter(configuration.MAX_OUTBOUND_BYTES, metrics);
  const subscriptions = new Subscriptions(fanout, logger);
  const standing = new StandingSessions({ source: authentication, logger, metrics: dependencies.metrics });
  const sessions = new SessionGuard(standing, authentication, registry, logger);

  // The inbox.
  const turns = new EventLoopTurns();
  const announcements = new Announcements(registry);
  const blocks = new BlockFollower(registry);
  const heads = new HeadReader(persistence, announcements, blocks, wheel, logger);
  const opener = new InboxOpener(persistence, announcements, blocks, configuration.CATCH_UP_ENTRIES, logger);
  const reader = new InboxReader(persistence, announcements, turns, metrics, logger);
  const groups = new GroupFollower(registry, subscriptions, heads, persistence);
  const cursors = new CursorKeeper(persistence, metrics, logger);
  const sizes = new GroupSizes(persistence, clock, logger);
  const follower = new InboxFollower({
    ...{ transmitter, opener, reader, groups, registry, wheel, metrics, clock, random },
    onMembership: (group) => sizes.forget(group),
  });
  const reconciler = new InboxReconciler({
    ...{ heads, follower, sessions, registry, fanout, clock, random },
    intervalMs: configuration.RECONCILE_INTERVAL_MS,
    degradedIntervalMs: configuration.DEGRADED_RECONCILE_INTERVAL_MS,
  });

  // From the fan-out to sockets, and from frames to the log and the fan-out.
  const lastSeen = new LastSeen(persistence, metrics, clock, logger);
  const holder = new LeaseHolder({
    ...{ leases, fanout, registry, lastSeen, wheel, metrics, clock, logger },
    leaseMs: configuration.PRESENCE_LEASE_MS,
  });
  const presence = new PresenceWatch({
    ...{ leases, fanout, subscriptions, persistence, lastSeen, transmitter, wheel, metrics, clock, logger },
  });
  const signals = new SignalDeliverer(registry, transmitter, metrics, presence);
  const states = new StateDeliverer(registry, transmitter);
  const events = new EventDeliverer({ registry, follower, metrics, clock });
  const envelopes = new EnvelopeReceiver({ events, states, signals, sessions, registry, heads, metrics, logger });
  const publisher = new LivePublisher({ fanout, envelopes, metrics, clock, logger });
  const recipients = new Recipients(authentication, logger);
  const resolver = new ConversationResolver(recipients, persistence, follower, logger);
  const guard = new ChangeGuard(resolver, persistence, logger);
  const { MAX_UNACKNOWLEDGED_SENDS: unacknowledged, CONTENT_BYTES: contentBytes } = configuration;
  const sender = new MessageSender({
    ...{ log, publisher, guard, transmitter, follower, announcements, rates, sizes, metrics, clock, logger },
    limits: { unacknowledged, contentBytes },
  });
  const partners = new DirectPartners(persistence, logger);
  const typing = new TypingPublisher({ fanout, limits: new TypingLimits(), partners, sizes, metrics, clock, logger });

  // Connections.
  const authenticator = new Authenticator({ verifier, sessions, transmitter, clock, logger });
  const heartbeats = new HeartbeatWatch(configuration.PING_INTERVAL_MS, transmitter, random);
  const ender = new ConnectionEnder(registry, subscriptions, cursors, { watch: presence, leases: holder }, metrics);
  const receiver = new FrameReceiver({
    ...{ sender, typing, presence, announcements, cursors, authenticator, ender, transmitter, rates, metrics, clock },
    logger,
  });
  const sockets = new SocketServer({ frameBytes: configuration.FRAME_BYTES, closeTimeoutMs: CLOSE_TIMEOUT_MS });
  const { REFUSED_HANDSHAKES_PER_MINUTE: refusals, TRUSTED_PROXIES } = configuration;
  const refused = new RefusedHandshakes(refusals, refusals, TRUSTED_PROXIES);
  const acceptor = new ConnectionAcceptor({
    ...{ configuration, verifier, sockets, registry, subscriptions, opener, turns, follower, transmitter },
    arrivals: new EventLoopTurns(),
    ...{ rates, refused, listener: receiver, announcements, heartbeats, sessions, metrics, clock, logger },
    leases: holder,
    audit: dependencies.audit ?? silentAudit,
  });
  const drainer = new ConnectionDrainer({
    ...{ acceptor, registry, transmitter, cursors, follower, metrics, clock, random, logger },
    settleMs: configuration.ENDPOINT_SETTLE_MS,
    windowMs: configuration.DRAIN_WINDOW_MS,
  });
  return {
    ...{ registry, standing, envelopes, reconciler, acceptor, authenticator, heartbeats, drainer, ender, cursors },
    ...{ wheel, clock, pods, presence, leases: holder },
  };
}
