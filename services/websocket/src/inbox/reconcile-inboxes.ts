import type { Fanout } from '@chat-app/fanout';
import type { Clock } from '../clock';
import type { Registry } from '../connections/registry';
import type { SessionGuard } from '../connections/guard-sessions';
import type { ReadCause } from '../metrics';
import type { InboxFollower } from './follow-inbox';
import type { HeadReader } from './read-heads';

export interface ReconcilerDependencies {
  heads: HeadReader;
  follower: InboxFollower;
  sessions: SessionGuard;
  registry: Registry;
  fanout: Fanout;
  intervalMs: number;
  degradedIntervalMs: number;
  clock: Clock;
  random: () => number;
}

/**
 * So long after the fan-out came back to this pod it is not trusted, milliseconds: other pods find their way back later, and
 * what they publish meanwhile is lost.
 */
const SETTLE_MS = 10_000;

/**
 * Compares where the inboxes end with where their connections stand. It finds whatever the fan-out lost: about every half
 * minute, at once after an outage of the fan-out, and every second or two during one and shortly after.
 *
 * States: stopped → waiting ⇄ comparing → stopped. One comparison at a time; requests that come meanwhile are coalesced
 * into one after it.
 */
export class InboxReconciler {
  #timer: NodeJS.Timeout | undefined;
  #comparing = false;
  #again: ReadCause | undefined;
  #running = false;
  /** Until then the fan-out is not trusted. */
  #settledAt = -Infinity;
  /** The last comparison failed: the next comes as soon as while degraded. */
  #failed = false;
  /** When the sessions were looked at. */
  #sessionsAt = -Infinity;

  constructor(private readonly dependencies: ReconcilerDependencies) {}

  start(): void {
    const { fanout, clock } = this.dependencies;
    this.#running = true;
    fanout.onGap(() => {
      this.#settledAt = clock.monotonic() + SETTLE_MS;
      this.#reconcile('resubscribe');
    });
    fanout.onStateChange(() => this.#arm());
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#running || this.#comparing) return;
    const { fanout, intervalMs, degradedIntervalMs, clock, random } = this.dependencies;
    const trusted = fanout.state === 'connected' && !this.#failed && clock.monotonic() >= this.#settledAt;
    const interval = trusted ? intervalMs : degradedIntervalMs;
    this.#timer = setTimeout(() => this.#reconcile('reconciliation'), interval * (0.8 + 0.4 * random()));
  }

  #reconcile(cause: ReadCause): void {
    if (!this.#running) return;
    if (this.#comparing) {
      this.#again = cause;
      return;
    }
    clearTimeout(this.#timer);
    this.#comparing = true;
    this.#checkSessions(cause);
    const { heads, follower, registry } = this.dependencies;
    void heads
      .read(registry.userIds, (userId, head) => follower.tellHead(userId, head, cause))
      .then((compared) => {
        this.#comparing = false;
        this.#failed = !compared;
        const again = this.#again;
        this.#again = undefined;
        if (again === undefined) this.#arm();
        else this.#reconcile(again);
      });
  }

  #checkSessions(cause: ReadCause): void {
    const { clock, intervalMs, sessions } = this.dependencies;
    // Reconciliation comes more often during an outage; questions about sessions need not.
    if (cause !== 'resubscribe' && clock.monotonic() - this.#sessionsAt < intervalMs * 0.75) return;
    this.#sessionsAt = clock.monotonic();
    sessions.checkAll();
  }
}
