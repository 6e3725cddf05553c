import { LIMITS } from '@chat-app/protocol';
import { chunks, type Logger } from '@chat-app/platform';
import { withTimeout } from '@chat-app/timing';
import type { Clock } from '../clock';
import type { WebsocketMetrics } from '../metrics';
import type { PersistenceClient } from '../peers/persistence-client';
import type { WatchedUser } from './watched-user';

/** So long it is waited for before those who watch are told that somebody is away: what comes later they learn when they watch anew. */
const WAIT_MS = 1_000;
/** It is asked again after that time: who hides it now may be seen for that long. */
const AGAIN_MS = 600_000;

/** When users were here last: persistence keeps it, and who hides it. */
export class LastSeen {
  #recording: Promise<void> = Promise.resolve();

  constructor(
    private readonly persistence: Pick<PersistenceClient, 'findLastSeen' | 'recordLastSeen'>,
    private readonly metrics: WebsocketMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** These users left the last pod that held them. What cannot be kept is forgotten. */
  record(userIds: readonly string[]): void {
    for (const users of chunks(userIds, LIMITS.usersPerCall)) {
      this.#recording = this.#recording
        .then(() => this.persistence.recordLastSeen(users))
        .catch((error: unknown) => this.#failed(error));
    }
  }

  /** Resolves once all was kept, or could not be. Never rejects. */
  settled(): Promise<void> {
    return this.#recording;
  }

  /** Whether it is to be asked of this user, who is away. */
  isDue(user: WatchedUser): boolean {
    return user.askLastSeenAt <= this.clock.monotonic();
  }

  /** Finds when these users, who are away, were here last. Waits a moment at most; never rejects. */
  async find(users: readonly WatchedUser[]): Promise<void> {
    const calls = [...chunks(users, LIMITS.usersPerCall)].map((some) => this.#ask(some));
    await withTimeout(WAIT_MS, Promise.all(calls));
  }

  async #ask(users: readonly WatchedUser[]): Promise<void> {
    const again = this.clock.monotonic() + AGAIN_MS;
    for (const user of users) user.askLastSeenAt = again;
    try {
      const found = await this.persistence.findLastSeen(users.map(({ userId }) => userId));
      for (const user of users) user.lastSeenAt = latest(user, found);
    } catch (error) {
      for (const user of users) user.askLastSeenAt = 0;
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.metrics.presenceFailures.inc();
    this.logger.debug('last-seen update or lookup failed', { error });
  }
}

/** Persistence may not know yet what this pod saw. */
function latest(user: WatchedUser, found: ReadonlyMap<string, number | undefined>): number | undefined {
  if (!found.has(user.userId)) return undefined;
  const known = found.get(user.userId);
  return Math.max(known ?? 0, user.wentAt ?? 0) || undefined;
}
