/**
 * The handshake: from an upgrade request to a connection that was welcomed, or to an HTTP status that says why not. What
 * costs nothing is checked first; a token is checked before anything is allocated for its bearer.
 *
 * Steps: request, address, draining, room, TLS, Origin → token, user, rate of the user, session, room for the user → 101 → subscribe
 * to the user's channel → ask persistence where the device resumes → `welcome`. An outage of a shared part makes the welcome degraded, no
 * refusal. Token, 101 and `welcome` each wait for a turn (see take-turns), so that a storm of handshakes does not keep everybody else waiting;
 * what may have changed while one waits is checked again.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId, type ErrorCode, type OpenConnectionResponse, type WelcomeFrame } from '@chat-app/protocol';
import {
  auditRefusal,
  addressOfRequest,
  cameByTls,
  forwardedScheme,
  isAllowedHost,
  type Audit,
  type Logger,
  type TokenClaims,
  type TokenVerifier,
} from '@chat-app/platform';
import { expiryOf, refusalOf } from '../renew-token';
import type { Clock } from '../../clock';
import type { WebsocketConfiguration } from '../../configuration';
import type { Announcements } from '../../inbox/announcements';
import type { InboxFollower } from '../../inbox/follow-inbox';
import { mayConnectFrom } from './check-origin';
import type { RefusedHandshakes } from './limit-handshakes';
import { isPathOf, readRequest, readToken, type HandshakeRequest } from './read-request';
import type { Subscriptions } from '../../delivery/subscriptions';
import type { WebsocketMetrics } from '../../metrics';
import type { InboxOpener } from '../../inbox/open-inbox';
import { refuseUpgrade, type Refusal } from './refuse-upgrade';
import type { ChatSocket, SocketListener } from '../sockets/chat-socket';
import type { SocketServer } from '../sockets/ws-server';
import { Connection, type ConnectionListener } from '../connection';
import { Credential } from '../credential';
import type { ChannelChange, Registry } from '../registry';
import type { EventLoopTurns } from '../take-turns';
import type { UserRates } from '../limit-user-rates';
import type { HeartbeatWatch } from '../watch-heartbeats';
import type { SessionGuard } from '../guard-sessions';
import type { LeaseHolder } from '../../presence/hold-leases';
import type { Transmitter } from '../../delivery/transmit-frame';

export interface AcceptorDependencies {
  configuration: WebsocketConfiguration;
  verifier: TokenVerifier;
  sockets: SocketServer;
  registry: Registry;
  subscriptions: Subscriptions;
  opener: InboxOpener;
  /** Of those whose token was not looked at: whoever comes with none of ours must not keep the others waiting. */
  arrivals: EventLoopTurns;
  turns: EventLoopTurns;
  transmitter: Transmitter;
  metrics: WebsocketMetrics;
  follower: InboxFollower;
  announcements: Announcements;
  heartbeats: HeartbeatWatch;
  sessions: SessionGuard;
  leases: LeaseHolder;
  rates: UserRates;
  refused: RefusedHandshakes;
  /** Told what every socket says. */
  listener: ConnectionListener;
  clock: Clock;
  logger: Logger;
  audit: Audit;
}

/** A handshake that takes longer is cut off, milliseconds. */
const HANDSHAKE_MS = 10_000;
const RETRY_AFTER_MS = 2_000;
/** So many handshakes wait for the look at their token: a second or two. Others are to come again. */
const MOST_WAITING = 10_000;

export class ConnectionAcceptor {
  #refusing: Refusal | undefined;
  #underWay = 0;

  constructor(private readonly dependencies: AcceptorDependencies) {}

  /** From now on every handshake is refused with 503: another pod will take it. */
  refuseAll(): void {
    this.#refusing = { code: 'draining', message: 'this pod is going away', retryAfterMs: RETRY_AFTER_MS };
  }

  /** Takes an upgrade request. Neither throws nor rejects. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Before anything else: an unhandled error of a socket ends the process.
    socket.on('error', destroyBroken);
    this.#answer(request, socket, head).catch((error: unknown) => {
      this.dependencies.logger.error('a handshake failed', { error });
      this.#refuse(socket, { code: 'internal', message: 'the handshake failed' });
    });
  }

  async #answer(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const late: Refusal = { code: 'unavailable', message: 'the handshake took too long', retryAfterMs: RETRY_AFTER_MS };
    const deadline = setTimeout(() => this.#refuse(socket, late), HANDSHAKE_MS);
    let checked: Accepted | Refusal | undefined;
    try {
      checked = await this.#check(request, socket);
    } finally {
      clearTimeout(deadline);
    }
    if (checked === undefined || isOver(socket)) return;
    if ('code' in checked) {
      this.dependencies.refused.count(request, checked, this.dependencies.clock.monotonic());
      this.#record(request, checked);
      this.#refuse(socket, checked);
    } else this.#upgrade(request, socket, head, checked);
  }

  #record(request: IncomingMessage, { code, userId }: Refusal): void {
    const { audit, configuration } = this.dependencies;
    const { origin } = request.headers;
    auditRefusal(audit, code, {
      action: 'connect',
      address: addressOfRequest(request, configuration.TRUSTED_PROXIES),
      ...(userId !== undefined && { user_id: userId }),
      ...(origin !== undefined && { origin }),
    });
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    this.dependencies.metrics.refused.add(refusal.code);
    refuseUpgrade(socket, refusal);
  }

  /** Undefined where it was over before its turn came. */
  async #check(request: IncomingMessage, socket: Duplex): Promise<Accepted | Refusal | undefined> {
    const asked = this.#screen(request);
    if ('code' in asked) return asked;
    const { arrivals } = this.dependencies;
    if (arrivals.waiting >= MOST_WAITING) return overloaded('too many handshakes wait here');
    await arrivals.next();
    if (isOver(socket)) return undefined;
    // Others of this address were refused meanwhile, or the pod filled.
    const obstacle = this.#findObstacle(request);
    if (obstacle !== undefined) return obstacle;
    this.#underWay += 1;
    try {
      return await this.#verify(asked);
    } finally {
      this.#underWay -= 1;
    }
  }

  /** What can be said at once, at next to no cost. */
  #screen(request: IncomingMessage): Asked | Refusal {
    const { configuration } = this.dependencies;
    const asked = readRequest(request);
    if ('code' in asked) return asked;
    const obstacle = this.#findObstacle(request);
    if (obstacle !== undefined) return obstacle;
    if (configuration.REQUIRE_TLS && !cameByTls(request, configuration.TRUSTED_PROXIES)) {
      return { code: 'tls_required', message: 'use wss here' };
    }
    if (!this.#isForUs(request.headers)) {
      return { code: 'origin_refused', message: 'this origin or host may not connect' };
    }
    const token = readToken(request);
    if (token === undefined) return unauthenticated('unauthenticated', 'an access token is needed', 'Bearer');
    return { ...asked, token };
  }

  /** What keeps everybody out for now, or everybody from this address. */
  #findObstacle(request: IncomingMessage): Refusal | undefined {
    const { refused, clock, registry, configuration } = this.dependencies;
    const addressWaits = refused.wait(request, clock.monotonic());
    if (addressWaits > 0) return tooMany(addressWaits, 'too many refused handshakes from this address');
    if (this.#refusing !== undefined) return this.#refusing;
    if (registry.size + this.#underWay >= configuration.MAX_CONNECTIONS) return overloaded('this pod is full');
    return undefined;
  }

  async #verify({ token, ...asked }: Asked): Promise<Accepted | Refusal> {
    const { configuration, verifier, registry, sessions, turns, clock } = this.dependencies;
    let claims: TokenClaims;
    try {
      claims = await verifier.verify(token);
    } catch (error) {
      const [code, message] = refusalOf(error);
      if (code === 'unavailable') return { code, message, retryAfterMs: RETRY_AFTER_MS };
      return unauthenticated(code, message, 'Bearer error="invalid_token"');
    }
    if (!isPathOf(asked, claims.userId)) {
      return { code: 'wrong_user', message: 'the path names another user', userId: claims.userId };
    }
    if (claims.expiresAt * 1_000 <= clock.wall()) {
      return unauthenticated('token_expired', 'the access token has expired', 'Bearer error="invalid_token"');
    }
    const userWaits = this.dependencies.rates.takeHandshake(claims.userId, clock.monotonic());
    if (userWaits > 0) return tooMany(userWaits, 'too many handshakes of this user');
    const mayBegin = await sessions.mayBegin(claims);
    // It may end in between.
    if (mayBegin) await turns.next();
    if (!mayBegin || sessions.hasEnded(claims)) {
      // Whoever still holds an old token pays with their address alone: the user is not kept out by it.
      this.dependencies.rates.giveHandshake(claims.userId);
      return unauthenticated('token_invalid', 'the session was ended', 'Bearer error="invalid_token"');
    }
    if ((registry.find(claims.userId)?.connections.length ?? 0) >= configuration.MAX_CONNECTIONS_PER_USER) {
      return {
        code: 'too_many_connections',
        message: 'this user has too many connections open',
        userId: claims.userId,
      };
    }
    // It may have begun while the token was checked.
    return this.#refusing ?? { ...asked, claims };
  }

  /** Whether a page of this Origin may connect, and the request was sent to a name of ours. */
  #isForUs({ origin, host, 'x-forwarded-proto': proto }: IncomingHttpHeaders): boolean {
    const { ALLOWED_ORIGINS, ALLOWED_HOSTS, TRUSTED_PROXIES } = this.dependencies.configuration;
    if (ALLOWED_HOSTS !== undefined && !isAllowedHost(host, ALLOWED_HOSTS)) return false;
    return mayConnectFrom(origin, host, ALLOWED_ORIGINS, forwardedScheme(proto, TRUSTED_PROXIES));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, accepted: Accepted): void {
    const { claims, deviceId, named } = accepted;
    const { clock, listener, sockets } = this.dependencies;
    const credential = new Credential(claims.sessionId, expiryOf(claims, clock));
    const connection = new Connection(newId(), { userId: claims.userId, deviceId, named }, credential, listener);
    sockets.accept(request, socket, head, (opened) => this.#begin(connection, opened));
  }

  #begin(connection: Connection, socket: ChatSocket): SocketListener {
    const { registry, metrics, clock, configuration, logger } = this.dependencies;
    connection.attach(socket, clock.wall());
    metrics.opened.inc();
    const change = registry.add(connection);
    if ((connection.user?.connections.length ?? 0) > configuration.MAX_CONNECTIONS_PER_USER) {
      connection.close('too_many_connections');
    } else {
      // `welcome` is the first frame: what the client says before it waits.
      connection.pause('welcome');
      this.#welcome(connection, change).catch((error: unknown) => {
        logger.error('a connection could not be opened', { error });
        connection.close('internal_error');
      });
    }
    return connection;
  }

  async #welcome(connection: Connection, change: ChannelChange): Promise<void> {
    const { subscriptions, opener, turns, transmitter, follower, heartbeats, leases, clock } = this.dependencies;
    const { user } = connection;
    if (user === undefined) return;
    // The second connection of a user must not read its position before the first one's channel is subscribed to.
    const subscribed = await user.subscribeOnce(() => subscriptions.apply(change));
    const inbox = await opener.open(connection);
    await turns.next();
    if (!connection.alive) return;
    connection.open();
    const degraded = !subscribed || subscriptions.degraded || inbox === undefined;
    transmitter.send(connection, this.#welcomeFrame(connection, inbox, degraded));
    follower.opened(connection, inbox);
    connection.resume('welcome');
    heartbeats.begin(connection, clock.monotonic());
    leases.came(connection.userId);
  }

  #welcomeFrame(
    { userId, deviceId }: Connection,
    inbox: OpenConnectionResponse | undefined,
    degraded: boolean,
  ): WelcomeFrame {
    const { announcements, configuration } = this.dependencies;
    return {
      type: 'welcome',
      user_id: userId,
      device_id: deviceId,
      ...(inbox !== undefined && { seq: inbox.position }),
      ...(inbox !== undefined && inbox.skipped > 0 && { skipped: inbox.skipped }),
      ...(inbox?.epoch !== undefined && { epoch: inbox.epoch }),
      features: [...announcements.features],
      ping_interval_ms: configuration.PING_INTERVAL_MS,
      limits: {
        frame_bytes: configuration.FRAME_BYTES,
        content_bytes: configuration.CONTENT_BYTES,
        unacknowledged_sends: configuration.MAX_UNACKNOWLEDGED_SENDS,
      },
      ...(degraded && { degraded: true }),
    };
  }
}

/** Shared by all sockets, so that none carries a closure. */
function destroyBroken(this: Duplex): void {
  this.destroy();
}

type Asked = HandshakeRequest & { token: string };
type Accepted = HandshakeRequest & { claims: TokenClaims };

/** It was cut off, or refused. */
function isOver(socket: Duplex): boolean {
  return socket.destroyed || socket.writableEnded;
}

function overloaded(message: string): Refusal {
  return { code: 'overloaded', message, retryAfterMs: RETRY_AFTER_MS };
}

function tooMany(retryAfterMs: number, message: string): Refusal {
  return { code: 'rate_limited', message, retryAfterMs };
}

function unauthenticated(code: ErrorCode, message: string, challenge: string): Refusal {
  return { code, message, headers: { 'WWW-Authenticate': challenge } };
}
