import { LIMITS } from '@chat-app/protocol';
import type { Fanout } from '@chat-app/fanout';
import type { Logger } from '@chat-app/platform';
import type { InboxEvent } from './follow-inbox';
import type { ReadCause } from '../metrics';
import type { PersistenceClient } from '../peers/persistence-client';
import type { Connection } from '../connections/connection';
import type { Registry } from '../connections/registry';
import type { TimerWheel } from '../timer-wheel';

export interface ReconcilerParts {
  persistence: PersistenceClient;
  registry: Registry;
  fanout: Fanout;
  wheel: TimerWheel;
  intervalMs: number;
  degradedIntervalMs: number;
  now: () => number;
  random: () => number;
  step: (connection: Connection, event: InboxEvent) => void;
  /** Called about every `intervalMs`, whatever is away, and after a gap: other things are looked at as often. */
  onSweep: () => void;
  logger: Logger;
}

/** How long single looks are collected into one call, milliseconds. */
const COLLECT_MS = 50;
/**
 * So long after the fan-out came back to this pod it is not trusted, milliseconds: other pods find their way back later, and
 * what they publish meanwhile is lost.
 */
const SETTLE_MS = 10_000;

/**
 * Compares where the inboxes end with where their connections stand. It finds whatever the fan-out lost: about every half
 * minute, at once after the fan-out was away, and every second or two while it is and shortly after.
 *
 * States: stopped → waiting ⇄ sweeping → stopped. One sweep at a time; a wish that comes meanwhile is granted after it.
 */
export class InboxReconciler {
  #timer: NodeJS.Timeout | undefined;
  #sweeping = false;
  #again: ReadCause | undefined;
  #running = false;
  /** Until then the fan-out is not trusted. */
  #settledAt = 0;
  /** The last sweep failed: the next comes as soon as while degraded. */
  #failed = false;
  /** When `onSweep` was called. */
  #othersAt = -Infinity;
  readonly #looks = new Set<string>();

  constructor(private readonly parts: ReconcilerParts) {}

  start(): void {
    this.#running = true;
    this.parts.fanout.onGap(() => {
      this.#settledAt = this.parts.now() + SETTLE_MS;
      this.#sweepNow('resubscribe');
    });
    this.parts.fanout.onStateChange(() => this.#arm());
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Looks at one user's inbox soon, together with others. */
  lookAt(userId: string): void {
    this.#looks.add(userId);
    if (this.#looks.size > 1) return;
    this.parts.wheel.after(COLLECT_MS, () => {
      const users = [...this.#looks];
      this.#looks.clear();
      void this.#compare(users, 'connect');
    });
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#running || this.#sweeping) return;
    const { fanout, intervalMs, degradedIntervalMs, now, random } = this.parts;
    const trusted = fanout.state === 'connected' && !this.#failed && now() >= this.#settledAt;
    const interval = trusted ? intervalMs : degradedIntervalMs;
    this.#timer = setTimeout(() => this.#sweepNow('sweep'), interval * (0.8 + 0.4 * random()));
  }

  #sweepNow(cause: ReadCause): void {
    if (!this.#running) return;
    if (this.#sweeping) {
      this.#again = cause;
      return;
    }
    clearTimeout(this.#timer);
    this.#sweeping = true;
    this.#lookAtOthers(cause);
    void this.#compare(this.parts.registry.userIds, cause).then((compared) => {
      this.#sweeping = false;
      this.#failed = !compared;
      const again = this.#again;
      this.#again = undefined;
      if (again === undefined) this.#arm();
      else this.#sweepNow(again);
    });
  }

  #lookAtOthers(cause: ReadCause): void {
    const { now, intervalMs, onSweep } = this.parts;
    // Sweeps come more often while something is away; these questions need not.
    if (cause !== 'resubscribe' && now() - this.#othersAt < intervalMs * 0.75) return;
    this.#othersAt = now();
    onSweep();
  }

  /** Whether all heads could be read. Never rejects. */
  async #compare(userIds: readonly string[], cause: ReadCause): Promise<boolean> {
    const { persistence, logger } = this.parts;
    try {
      for (let start = 0; start < userIds.length; start += LIMITS.usersPerCall) {
        const heads = await persistence.readHeads(userIds.slice(start, start + LIMITS.usersPerCall));
        for (const [userId, head] of Object.entries(heads)) this.#tell(userId, head, cause);
      }
      return true;
    } catch (error) {
      logger.debug('inbox heads could not be read', { error });
      return false;
    }
  }

  #tell(userId: string, head: number, cause: ReadCause): void {
    const { registry, step } = this.parts;
    for (const connection of registry.find(userId)?.connections ?? []) {
      if (connection.inbox.position >= 0 && head <= connection.inbox.head) continue;
      connection.readCause = cause;
      step(connection, { kind: 'head', seq: head });
    }
  }
}
