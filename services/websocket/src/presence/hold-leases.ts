import { presenceChannel, writeEnvelope } from '@chat-app/protocol';
import type { Fanout, PresenceLeases } from '@chat-app/fanout';
import { BackgroundLoop, type Logger } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { Registry } from '../connections/registry';
import type { WebsocketMetrics } from '../metrics';
import type { TimerWheel } from '../timer-wheel';
import type { LastSeen } from './keep-last-seen';

/** How long a user may be away before it is told: whoever comes back at once was never gone. */
const GRACE_MS = 1_000;
/** How long comings and goings are collected. */
const COLLECT_MS = 25;
/** So many renewals come in the time of a lease, or of a hold, however long the loop's waits turn out: two may fail. */
const RENEWALS = 3;
/** Users are held for so long at once: what a broker lost unseen, or kept of somebody who left, heals in that time. */
const HOLD_MS = 1_200_000;
/** The loop waits up to a fifth longer than it is told. */
const LONGEST_WAIT = 1.2;

export interface LeaseHolderDependencies {
  leases: PresenceLeases;
  fanout: Fanout;
  registry: Registry;
  lastSeen: LastSeen;
  wheel: TimerWheel;
  metrics: WebsocketMetrics;
  clock: Clock;
  logger: Logger;
  leaseMs: number;
}

/**
 * Says who is connected to this pod: renews the lease of the pod, holds its users under it, lets go of those who left, and tells
 * those who watch a user that they came or went. What cannot be said now is said with the next renewal.
 */
export class LeaseHolder {
  readonly #held = new Set<string>();
  #came: string[] = [];
  #gone: string[] = [];
  readonly #renewals: BackgroundLoop;
  #stopped = false;
  /** When all are to be held again, by the monotonic clock. */
  #holdAllAt = -Infinity;
  /** One call after the other: a release never overtakes what it releases. */
  #calls: Promise<void> = Promise.resolve();

  constructor(private readonly dependencies: LeaseHolderDependencies) {
    this.#renewals = new BackgroundLoop({
      run: () => this.renew(),
      onFailure: (error) => this.#failed(error),
      intervalMs: dependencies.leaseMs / RENEWALS / LONGEST_WAIT,
    });
  }

  start(): void {
    const { fanout } = this.dependencies;
    this.#renewals.start();
    if (fanout.state === 'connected') void this.renew();
    fanout.onStateChange((state) => {
      if (state !== 'connected') return;
      // Redis may have forgotten everybody.
      this.#holdAllAt = -Infinity;
      void this.renew();
    });
  }

  /** A user has a connection on this pod. */
  came(userId: string): void {
    if (this.#stopped || this.#held.has(userId)) return;
    this.#held.add(userId);
    this.#came.push(userId);
    if (this.#came.length === 1) this.dependencies.wheel.after(COLLECT_MS, () => this.#sayCame());
  }

  /** A connection of a user ended on this pod. */
  went(userId: string): void {
    const { registry, wheel } = this.dependencies;
    if (this.#stopped || !this.#held.has(userId) || registry.find(userId) !== undefined) return;
    wheel.after(GRACE_MS, () => {
      if (registry.find(userId) !== undefined || !this.#held.delete(userId)) return;
      this.#gone.push(userId);
      if (this.#gone.length === 1) wheel.after(COLLECT_MS, () => void this.#sayGone());
    });
  }

  /** The pod has a whole lease from now, and holds whom the broker may not know of. Never rejects. */
  renew(): Promise<void> {
    const { leases, clock, leaseMs } = this.dependencies;
    return this.#call(async () => {
      const isKnown = await leases.renew(leaseMs);
      const now = clock.monotonic();
      if (!isKnown || now >= this.#holdAllAt) {
        await leases.hold([...this.#held], HOLD_MS);
        this.#holdAllAt = now + HOLD_MS / RENEWALS;
      }
      await this.#letGo();
    });
  }

  /** Lets go of everybody, and renews no more. Never rejects. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#renewals.close();
    this.#gone.push(...this.#held);
    this.#held.clear();
    await this.#sayGone();
    await this.dependencies.lastSeen.settled();
  }

  #sayCame(): void {
    const users = this.#came.filter((user) => this.#held.has(user));
    this.#came = [];
    void this.#call(async () => {
      await this.dependencies.leases.hold(users, HOLD_MS);
      this.#tell(users);
    });
  }

  #sayGone(): Promise<void> {
    return this.#call(() => this.#letGo());
  }

  /** Lets go of those who left, also of those of whom it could not before. */
  async #letGo(): Promise<void> {
    const users = this.#gone.filter((user) => !this.#held.has(user));
    this.#gone = [];
    if (users.length === 0) return;
    try {
      const gone = await this.dependencies.leases.release(users);
      this.#tell(gone);
      this.dependencies.lastSeen.record(gone);
    } catch (error) {
      this.#gone.push(...users);
      throw error;
    }
  }

  #call(work: () => Promise<void>): Promise<void> {
    this.#calls = this.#calls.then(work).catch((error: unknown) => this.#failed(error));
    return this.#calls;
  }

  #failed(error: unknown): void {
    const { metrics, logger } = this.dependencies;
    this.#holdAllAt = -Infinity;
    metrics.presenceFailures.inc();
    logger.debug('presence update failed', { error });
  }

  /** Whoever is not told looks again by themselves. */
  #tell(users: readonly string[]): void {
    const { fanout } = this.dependencies;
    for (const user_id of users) {
      fanout.publish(presenceChannel(user_id), writeEnvelope({ kind: 'presence', user_id })).catch(() => undefined);
    }
  }
}
