import { perMinute, RateLimiter, type RateLimiterOptions } from '@chat-app/timing';
import type { WebsocketConfiguration } from '../configuration';

/** Frames of a user that are not sends, of all connections together, per second and at once. */
const OTHER_FRAMES = { perSecond: 100, burst: 1_000 };
/** Refused frames within a minute after which a user's connection is closed: it ignores the answers. */
const REFUSED_FRAMES = perMinute(300);
/** Users cannot be invented: each has a token. */
const OF_USERS: RateLimiterOptions = { overflow: 'refuse-new' };

/** Watches of a user per second and at once: each asks persistence. */
const WATCHES = { perSecond: 0.5, burst: 20 };

/** What `UserRates` limits by. */
export type UserRateSettings = Pick<
  WebsocketConfiguration,
  'SENDS_PER_SECOND' | 'SENDS_BURST' | 'ROWS_PER_SECOND' | 'ROWS_BURST' | 'HANDSHAKES_PER_MINUTE' | 'HANDSHAKES_BURST'
>;

/**
 * How often each user may act on this pod. It belongs to the user and outlives sockets: reconnecting gives nothing back.
 * The rates of sends, of what they cause and of handshakes are this pod's share of what the user has over all pods; a burst is each pod's. All times are of the monotonic clock.
 */
export class UserRates {
  readonly #sends: RateLimiter;
  readonly #rows: RateLimiter;
  readonly #handshakes: RateLimiter;
  readonly #watches = new RateLimiter(WATCHES, OF_USERS);
  readonly #others = new RateLimiter(OTHER_FRAMES, OF_USERS);
  readonly #refused = new RateLimiter(REFUSED_FRAMES, OF_USERS);

  /** `pods` tells how many pods share the limits now. */
  constructor(settings: UserRateSettings, pods: () => number) {
    // Whoever has one device keeps the whole burst; over all pods a burst is had once each, the rate once.
    const shared = (perSecond: number, burst: number) => () => ({ perSecond: perSecond / pods(), burst });
    this.#sends = new RateLimiter(shared(settings.SENDS_PER_SECOND, settings.SENDS_BURST), OF_USERS);
    this.#rows = new RateLimiter(shared(settings.ROWS_PER_SECOND, settings.ROWS_BURST), OF_USERS);
    this.#handshakes = new RateLimiter(
      shared(settings.HANDSHAKES_PER_MINUTE / 60, settings.HANDSHAKES_BURST),
      OF_USERS,
    );
  }

  /** Sends a second that this pod takes of a user now. */
  get sendsPerSecond(): number {
    return this.#sends.current.perSecond;
  }

  /** A send: 0 where it may be processed, else the milliseconds until one may. */
  takeSend(userId: string, now: number): number {
    return this.#sends.take(userId, now);
  }

  /** What an act turned out to cost as sends beyond its own: it is owed, and the next ones wait for it. */
  oweSends(userId: string, now: number, sends: number): void {
    this.#sends.owe(userId, now, sends);
  }

  /** Entries that a send to a group of so many members causes, likewise. */
  takeRows(userId: string, now: number, members: number): number {
    return this.#rows.take(userId, now, members);
  }

  /** Entries that a send turned out to cause beyond those that were taken, likewise owed. */
  oweRows(userId: string, now: number, members: number): void {
    this.#rows.owe(userId, now, members);
  }

  /** Any other frame: 0 where it may be processed, else the milliseconds until one may. */
  takeFrame(userId: string, now: number): number {
    return this.#others.take(userId, now);
  }

  /** A watch, likewise. */
  takeWatch(userId: string, now: number): number {
    return this.#watches.take(userId, now);
  }

  /** A handshake, likewise. */
  takeHandshake(userId: string, now: number): number {
    return this.#handshakes.take(userId, now);
  }

  /** A handshake that was not in the user's name after all. */
  giveHandshake(userId: string): void {
    this.#handshakes.give(userId);
  }

  /** Counts a frame beyond the allowed rate; true when it was one too many. */
  isFlooding(userId: string, now: number): boolean {
    return this.#refused.take(userId, now) > 0;
  }
}
