import { presenceChannel, type PresenceState } from '@chat-app/protocol';
import type { Fanout, Hold, PresenceLeases } from '@chat-app/fanout';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { Connection } from '../connections/connection';
import type { Subscriptions } from '../delivery/subscriptions';
import type { Transmitter } from '../delivery/transmit-frame';
import type { WebsocketMetrics } from '../metrics';
import type { Contacts, PersistenceClient } from '../peers/persistence-client';
import type { TimerWheel } from '../timer-wheel';
import type { LastSeen } from './keep-last-seen';
import { WatchedUser } from './watched-user';

/** How long what is to be looked at is collected. */
const COLLECT_MS = 50;
/** Between looks for what is due. */
const SWEEP_MS = 1_000;
/** Who is there is looked at again, should the word that they went be lost; that a pod died is noticed by its lease. */
const THERE_MS = 60_000;
/** Who is away is looked at again, should the word that they came be lost. */
const AWAY_MS = 15_000;
/** Until the next look where there was no answer. */
const RETRY_MS = 1_000;
/** Until subscribing to users, and asking with whom one shares a conversation, is tried again. */
const SUBSCRIBE_RETRY_MS = 5_000;
/** So long after Redis was away nobody is believed to be: pods say anew whom they hold. */
const SETTLE_MS = 5_000;
/** With whom one shares a conversation is asked again after that time. */
const CONTACTS_MS = 600_000;

export interface PresenceWatchDependencies {
  leases: PresenceLeases;
  fanout: Fanout;
  subscriptions: Subscriptions;
  persistence: Pick<PersistenceClient, 'findContacts'>;
  lastSeen: LastSeen;
  transmitter: Transmitter;
  wheel: TimerWheel;
  metrics: WebsocketMetrics;
  clock: Clock;
  logger: Logger;
}

const NOBODY: Contacts = { userIds: [], seesLastSeen: false, hiding: [] };

/** What one connection watches. */
interface Watch {
  asked: readonly string[];
  users: readonly WatchedUser[];
  /** Whether it is told when they were here last. */
  seesLastSeen: boolean;
  /** When to ask again with whom it shares a conversation. */
  askAt: number;
}

/**
 * Tells connections whether the users they watch are there: first how it is, then what changes. Of those with whom they share a
 * conversation, as persistence says; of others nothing at all. Whether a user is there stands in the leases: the word that they
 * came or went only makes it look.
 */
export class PresenceWatch {
  readonly #watched = new Map<string, WatchedUser>();
  readonly #watches = new Map<Connection, Watch>();
  /** Connections that do not read, and are told how it is once they do. */
  readonly #heldBack = new WeakSet<Connection>();
  #due = new Set<WatchedUser>();
  #timer: NodeJS.Timeout | undefined;
  /** Until then the absence of a lease means nothing, by the monotonic clock. */
  #unsettledUntil = -Infinity;

  constructor(private readonly dependencies: PresenceWatchDependencies) {}

  /** Users watched now. */
  get size(): number {
    return this.#watched.size;
  }

  start(): void {
    const { fanout, clock } = this.dependencies;
    fanout.onStateChange((state) => {
      if (state === 'connected') this.#unsettledUntil = clock.monotonic() + SETTLE_MS;
      this.#lookAtAll();
    });
    fanout.onGap(() => this.#lookAtAll());
    this.#timer = setInterval(() => void this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A connection watches these users from now on, in place of those before. Never rejects. */
  async watch(connection: Connection, userIds: readonly string[]): Promise<void> {
    const { persistence, clock, wheel, metrics, logger } = this.dependencies;
    const watch: Watch = {
      asked: userIds,
      users: this.#watches.get(connection)?.users ?? [],
      seesLastSeen: false,
      askAt: clock.monotonic() + CONTACTS_MS,
    };
    this.#watches.set(connection, watch);
    try {
      const { userId } = connection;
      const contacts = userIds.length === 0 ? NOBODY : await persistence.findContacts(userId, userIds);
      // Another watch took its place, or it is gone.
      if (this.#watches.get(connection) !== watch) return;
      watch.seesLastSeen = contacts.seesLastSeen;
      // Asked for by somebody before they hid it.
      for (const userId of contacts.hiding) this.#watched.get(userId)?.forgetLastSeen();
      this.#replace(connection, watch, contacts.userIds);
    } catch (error) {
      metrics.presenceFailures.inc();
      if (!isPlatformError(error, 'service_unavailable')) logger.error('contact lookup failed', { error });
      wheel.after(SUBSCRIBE_RETRY_MS, () => {
        if (this.#watches.get(connection) === watch) void this.watch(connection, userIds);
      });
    }
  }

  /** The connection is gone. */
  ended(connection: Connection): void {
    const watch = this.#watches.get(connection);
    if (watch === undefined) return;
    this.#watches.delete(connection);
    this.#release(connection, watch.users);
  }

  /** A user came or went, it is said. */
  suspectChange(userId: string): void {
    const watched = this.#watched.get(userId);
    if (watched !== undefined) this.#lookSoon(watched);
  }

  #replace(connection: Connection, watch: Watch, contacts: readonly string[]): void {
    const before = watch.users;
    const fresh: WatchedUser[] = [];
    watch.users = [...new Set(contacts)].map((userId) => {
      const known = this.#watched.get(userId);
      const user = known ?? new WatchedUser(userId);
      if (known === undefined) {
        this.#watched.set(userId, user);
        fresh.push(user);
      }
      if (!user.watchers.includes(connection)) user.watchers.push(connection);
      return user;
    });
    const kept = new Set(watch.users);
    this.#release(
      connection,
      before.filter((user) => !kept.has(user)),
    );
    const known = watch.users.filter(({ state }) => state !== undefined);
    // Unless another watch took its place meanwhile.
    void this.#tellOf(known, () => (this.#watches.get(connection) === watch ? [connection] : []));
    if (fresh.length > 0) void this.#subscribe(fresh);
  }

  /**
   * Subscribes to what is said of these users, and looks once it is heard. Where leases cannot be read it waits: a Redis that does
   * not let this service have them does not let it hear of them either, and asking would cost it all that it hears. Never rejects.
   */
  async #subscribe(fresh: readonly WatchedUser[]): Promise<void> {
    const { leases, subscriptions, wheel } = this.dependencies;
    const readable = await leases.find(fresh.map(({ userId }) => userId)).then(
      () => true,
      () => false,
    );
    const users = fresh.filter((user) => this.#watched.get(user.userId) === user);
    if (readable) {
      await subscriptions.apply({ subscribe: users.map(({ userId }) => presenceChannel(userId)), unsubscribe: [] });
    } else if (users.length > 0) wheel.after(SUBSCRIBE_RETRY_MS, () => void this.#subscribe(users));
    for (const user of users) if (this.#watched.get(user.userId) === user) this.#lookSoon(user);
  }

  #release(connection: Connection, users: readonly WatchedUser[]): void {
    const unsubscribe: string[] = [];
    for (const user of users) {
      if (user.remove(connection)) continue;
      this.#watched.delete(user.userId);
      this.#due.delete(user);
      unsubscribe.push(presenceChannel(user.userId));
    }
    void this.dependencies.subscriptions.apply({ subscribe: [], unsubscribe });
  }

  async #sweep(): Promise<void> {
    const { clock, leases } = this.dependencies;
    const now = clock.monotonic();
    const alive = this.#watched.size > 0 ? await leases.findPods().catch(() => undefined) : undefined;
    for (const user of this.#watched.values()) {
      const isLeft = alive !== undefined && user.state === 'online' && !user.pods.some((pod) => alive.has(pod));
      if (user.lookAt <= now || (isLeft && user.lookAt !== Infinity)) this.#lookSoon(user);
    }
    for (const [connection, watch] of this.#watches) {
      if (watch.askAt <= now) void this.watch(connection, watch.asked);
    }
  }

  #lookAtAll(): void {
    for (const user of this.#watched.values()) this.#lookSoon(user);
  }

  #lookSoon(user: WatchedUser): void {
    // Not again by the sweep while this one is under way.
    user.lookAt = Infinity;
    this.#due.add(user);
    if (this.#due.size === 1) this.dependencies.wheel.after(COLLECT_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const users = [...this.#due];
    this.#due = new Set();
    let held: ReadonlyMap<string, Hold> | undefined;
    try {
      held = await this.dependencies.leases.find(users.map(({ userId }) => userId));
    } catch (error) {
      this.dependencies.metrics.presenceFailures.inc();
      this.dependencies.logger.debug('leases could not be read', { error });
    }
    const changed = users.filter((user) => this.#take(user, held));
    await this.#tellOf(changed, (user) => user.watchers);
  }

  /** Tells of users whoever watches them; of those who are away once it is known when they were here last. */
  async #tellOf(
    users: readonly WatchedUser[],
    watchersOf: (user: WatchedUser) => readonly Connection[],
  ): Promise<void> {
    const { lastSeen } = this.dependencies;
    const away = new Set(users.filter((user) => user.state === 'offline' && lastSeen.isDue(user)));
    const others = users.filter((user) => !away.has(user));
    this.#tellEach(others, watchersOf);
    if (away.size === 0) return;
    await lastSeen.find([...away]);
    // Who came back meanwhile was told of.
    const still = [...away].filter(({ state }) => state === 'offline');
    this.#tellEach(still, watchersOf);
  }

  #tellEach(users: readonly WatchedUser[], watchersOf: (user: WatchedUser) => readonly Connection[]): void {
    const concerned = new Map<Connection, WatchedUser[]>();
    for (const user of users) {
      for (const connection of watchersOf(user)) {
        const news = concerned.get(connection);
        if (news === undefined) concerned.set(connection, [user]);
        else news.push(user);
      }
    }
    for (const [connection, news] of concerned) this.#tell(connection, news);
  }

  /** Takes what was found; true where it is another state than before. */
  #take(user: WatchedUser, held: ReadonlyMap<string, Hold> | undefined): boolean {
    const { clock, fanout } = this.dependencies;
    const now = clock.monotonic();
    // Leases may be read before all is heard again, and before pods said anew whom they hold.
    const isUnsettled = fanout.state !== 'connected' || now < this.#unsettledUntil;
    const hold = held?.get(user.userId);
    let state: PresenceState = 'online';
    let wait = THERE_MS;
    user.pods = hold?.pods ?? [];
    if (hold === undefined) {
      state = held === undefined || isUnsettled ? 'unknown' : 'offline';
      wait = state === 'offline' ? AWAY_MS : RETRY_MS;
    }
    // A word that came meanwhile has its own look.
    if (!this.#due.has(user)) user.lookAt = now + wait;
    if (user.state === state) return false;
    user.wentAt = user.state === 'online' && state === 'offline' ? this.dependencies.clock.wall() : undefined;
    user.lastSeenAt = undefined;
    user.askLastSeenAt = 0;
    user.state = state;
    return true;
  }

  #tell(connection: Connection, watched: readonly WatchedUser[]): void {
    // A block counts at once, not only when it is asked again who shares a conversation.
    const users = watched.filter(({ userId }) => connection.user?.isBlocked(userId) !== true);
    if (users.length === 0 || connection.state !== 'open') return;
    const { transmitter, metrics } = this.dependencies;
    if (transmitter.isCongested(connection)) {
      metrics.signalsDropped.add('congested');
      this.#tellOnceDrained(connection);
      return;
    }
    const sees = this.#watches.get(connection)?.seesLastSeen === true;
    transmitter.send(connection, {
      type: 'presence',
      users: users.map(({ userId, state = 'unknown', lastSeenAt }) => {
        if (!sees || state !== 'offline' || lastSeenAt === undefined) return { user_id: userId, state };
        return { user_id: userId, state, last_seen_at: new Date(lastSeenAt).toISOString() };
      }),
    });
  }

  /** Once for all that it misses: whoever never reads must not make the pod keep more and more to tell. */
  #tellOnceDrained(connection: Connection): void {
    if (this.#heldBack.has(connection)) return;
    this.#heldBack.add(connection);
    connection.onceDrained(() => {
      this.#heldBack.delete(connection);
      this.#tell(connection, this.#watches.get(connection)?.users ?? []);
    });
  }
}
