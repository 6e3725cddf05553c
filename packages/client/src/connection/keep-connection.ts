/**
 * Keeps one connection to the server, as long as the server lets it.
 *
 * States (ConnectionState): `connecting` → `online` → `waiting` → `connecting` …, and the ends `signed_out`, `refused`,
 * `closed`. One attempt at a time; everything runs on the one thread; what an await brings back is dropped where the
 * attempt it belongs to is over (`generation`).
 *
 * Which close code means what stands in the protocol (mayReconnect). After 4001, an expired token, or a second
 * handshake in a row that failed (a browser does not say why: the token may be the reason), the token is refreshed first. In
 * the second case the token at hand is tried again where no newer one is to be had: authentication alone may be unavailable.
 */
import { CLOSE, mayReconnect } from '@chat-app/protocol/pure';
import { backoffMs, type BackoffOptions } from '@chat-app/timing';
import { isFinal } from '../errors';
import type { ConnectionState, ConnectionStatus } from '../events';
import type { TokenSource } from '../session/token-source';
import { monotonicNow } from '../state/clock';
import type { Timers } from '../state/timers';
import { openLink, type Link, type LinkEnd } from './open-link';
import type { Incoming, WelcomeFrame } from './read-frame';
import type { SocketConstructor } from './socket';

/** A connection that lived this long resets the backoff: one that is cut at once again does not. */
const STABLE_MS = 5_000;

export interface ConnectionKeeperOptions {
  WebSocket: SocketConstructor;
  /** Address to connect to; asked anew each time. */
  address: () => string;
  tokens: TokenSource;
  timers: Timers;
  backoff: BackoffOptions;
  welcomeTimeoutMs: number;
  onStatus: (status: ConnectionStatus) => void;
  onWelcome: (welcome: WelcomeFrame) => void;
  onFrame: (frame: Incoming) => void;
  /** The connection is gone: answers to what was sent will not come. */
  onLost: () => void;
}

export class ConnectionKeeper {
  private link: Link | undefined;
  private current: ConnectionState = 'waiting';
  /** Since the last connection that was stable. */
  private attempts = 0;
  private failedHandshakes = 0;
  /** Whether the token is at fault: a refresh comes before the next handshake. */
  private tokenFault: 'none' | 'possible' | 'certain' = 'none';
  private generation = 0;

  constructor(private readonly options: ConnectionKeeperOptions) {}

  get state(): ConnectionState {
    return this.current;
  }

  /** Connects now: at the start, or instead of waiting. Without effect while connected or at an end. */
  connect(): void {
    if (this.current !== 'waiting') return;
    this.options.timers.clear('reconnect');
    const generation = ++this.generation;
    this.status({ state: 'connecting' });
    // attemptOnce() answers for all of its failures.
    void this.attemptOnce(generation);
  }

  /** @returns false where not online: nothing was sent. */
  send(frame: object): boolean {
    return this.current === 'online' && (this.link?.send(frame) ?? false);
  }

  /** Ends this connection and makes another, after a delay where one is given. */
  renew(code: number, reason: string): void {
    this.link?.giveUp(code, reason);
  }

  /** Ends this connection, however far it got, and makes another at once: the way to the server is another one. */
  restart(reason: string): void {
    this.attempts = 0;
    if (this.link === undefined) this.connect();
    else this.link.giveUp(CLOSE.ping_timeout, reason);
  }

  /** Whoever waited or slept looks again: connects, or ends a connection that was silent for too long. */
  wake(): void {
    this.connect();
    this.link?.giveUpIfStale();
  }

  /** Leaves the connection in order and makes none before wake() or connect(). */
  suspend(reason: string): void {
    if (this.isOver()) return;
    this.link?.close();
    this.lost();
    this.options.timers.clear('reconnect');
    this.status({ state: 'waiting', reason });
  }

  /** Ends for good. */
  stop(status: ConnectionStatus & { state: 'closed' | 'signed_out' | 'refused' }): void {
    if (this.isOver()) return;
    this.generation += 1;
    this.options.timers.clear('reconnect');
    this.options.timers.clear('stable');
    this.options.timers.clear('asked to reconnect');
    const link = this.link;
    this.link = undefined;
    link?.close();
    if (link !== undefined) this.options.onLost();
    this.status(status);
  }

  private async attemptOnce(generation: number): Promise<void> {
    const { tokens } = this.options;
    try {
      if (this.tokenFault !== 'none' || this.tokenExpired()) {
        await tokens.refresh();
        if (generation !== this.generation) return;
        this.tokenFault = 'none';
      }
    } catch (thrown) {
      if (generation !== this.generation) return;
      const mayServe = this.tokenFault === 'possible' && !this.tokenExpired() && !isFinal(thrown);
      if (!mayServe) return this.refreshFailed(thrown);
      this.tokenFault = 'none';
    }
    // A listener may have closed the client meanwhile.
    if (generation === this.generation) this.open(generation);
  }

  private tokenExpired(): boolean {
    const { expiresAt } = this.options.tokens;
    return expiresAt !== undefined && expiresAt <= monotonicNow();
  }

  private open(generation: number): void {
    const { WebSocket, tokens, welcomeTimeoutMs } = this.options;
    const mine = (): boolean => generation === this.generation;
    try {
      this.link = openLink({
        WebSocket,
        url: this.options.address(),
        token: tokens.token,
        welcomeTimeoutMs,
        onWelcome: (welcome) => mine() && this.welcomed(welcome),
        onFrame: (frame) => mine() && this.received(frame),
        onEnd: (end) => mine() && this.ended(end),
      });
    } catch (thrown) {
      // The constructor refuses an address or a token that cannot be one: no later try will be better.
      this.stop({ state: 'refused', reason: String(thrown) });
    }
  }

  private welcomed(welcome: WelcomeFrame): void {
    this.failedHandshakes = 0;
    this.options.timers.set('stable', STABLE_MS, () => {
      this.attempts = 0;
    });
    // Before listeners are told of the welcome: what they send goes out.
    this.current = 'online';
    this.options.onWelcome(welcome);
    this.status({
      state: 'online',
      ...(welcome.degraded === true && { degraded: true }),
      ...(welcome.features !== undefined && { features: welcome.features }),
    });
  }

  private received(frame: Incoming): void {
    if (frame.type === 'reconnect') {
      this.options.timers.set('asked to reconnect', frame.after_ms, () => {
        this.attempts = 0;
        this.leave('the server asked for it');
      });
      return;
    }
    this.options.onFrame(frame);
  }

  /** Leaves a connection in order and connects again at once. */
  private leave(reason: string): void {
    this.link?.close();
    this.lost();
    this.status({ state: 'waiting', reason, retry_in_ms: 0 });
    this.connect();
  }

  private ended(end: LinkEnd): void {
    this.lost();
    if (end.code === CLOSE.signed_out) {
      this.stop({ state: 'signed_out', code: end.code, reason: end.reason });
      return;
    }
    if (!mayReconnect(end.code)) {
      this.stop({ state: 'refused', code: end.code, reason: end.reason });
      return;
    }
    if (!end.welcomed) {
      this.failedHandshakes += 1;
      if (this.failedHandshakes % 4 === 2) this.tokenFault = 'possible';
    }
    if (end.code === CLOSE.token_expired) this.tokenFault = 'certain';
    this.wait({ code: end.code, ...(end.reason !== '' && { reason: end.reason }) });
  }

  private refreshFailed(thrown: unknown): void {
    if (isFinal(thrown)) this.stop({ state: 'signed_out', reason: thrown.message });
    else this.wait({ reason: String(thrown) });
  }

  private wait(why: { code?: number; reason?: string }): void {
    this.attempts += 1;
    const delay = Math.round(backoffMs(this.attempts, this.options.backoff));
    this.options.timers.set('reconnect', delay, () => this.connect());
    this.status({ state: 'waiting', ...why, retry_in_ms: delay });
  }

  private lost(): void {
    this.generation += 1;
    this.link = undefined;
    this.options.timers.clear('stable');
    this.options.timers.clear('asked to reconnect');
    this.options.onLost();
  }

  private isOver(): boolean {
    return this.current === 'closed' || this.current === 'signed_out' || this.current === 'refused';
  }

  private status(status: ConnectionStatus): void {
    this.current = status.state;
    this.options.onStatus(status);
  }
}
