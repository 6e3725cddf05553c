import { LIMITS, type OpenConnectionResponse } from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Subscriptions } from '../delivery/subscriptions';
import type { PersistenceClient } from '../peers/persistence-client';
import type { Connection } from '../connections/connection';
import type { Registry, UserOnPod } from '../connections/registry';
import { Semaphore } from './semaphore';

/** Asks in flight per pod. */
const MOST_OPENS = 16;
/** Whose turn to ask does not come in that time is welcomed without: a persistence that hangs must not keep users out. */
const PATIENCE_MS = 5_000;
/**
 * A connection that was welcomed while persistence was away is not far behind as a device is that was away itself: what it
 * lacks came during the outage. So many times further back it is sent everything.
 */
const REOPEN_FACTOR = 20;

export interface OpenerParts {
  persistence: PersistenceClient;
  registry: Registry;
  channels: Subscriptions;
  catchUpEntries: number;
  /** Looks at the user's inbox head once more: something may have come before its channel was heard. */
  lookAgain: (userId: string) => void;
  logger: Logger;
}

/** Asks persistence where a device resumes and what groups its user is in, and hears those groups. */
export class InboxOpener {
  readonly #opens = new Semaphore(MOST_OPENS);

  constructor(private readonly parts: OpenerParts) {}

  /** After it could not be asked at the connect. Undefined where persistence is still away. Never rejects. */
  reopen(connection: Connection): Promise<OpenConnectionResponse | undefined> {
    return this.#open(connection, Math.min(LIMITS.mostCatchUpEntries, this.parts.catchUpEntries * REOPEN_FACTOR));
  }

  /** Undefined where persistence is away. Never rejects. */
  open(connection: Connection): Promise<OpenConnectionResponse | undefined> {
    return this.#open(connection, this.parts.catchUpEntries);
  }

  async #open(connection: Connection, catchUpEntries: number): Promise<OpenConnectionResponse | undefined> {
    const { persistence, logger, registry } = this.parts;
    const { userId } = connection;
    let answer: OpenConnectionResponse | undefined;
    try {
      answer = await this.#opens.runWithin(PATIENCE_MS, async () =>
        connection.alive ? persistence.openConnection(connection, catchUpEntries) : undefined,
      );
    } catch (error) {
      const level = isPlatformError(error, 'service_unavailable') ? 'debug' : 'error';
      logger[level]('an inbox could not be opened', { user_id: userId, error });
      return undefined;
    }
    if (answer !== undefined && connection.user !== undefined) {
      const change = registry.setGroups(connection.user, answer.conversation_ids, answer.head);
      void this.#hear(userId, change);
    }
    return answer;
  }

  /** Hears channels of groups, and looks once more at the inbox of a user who only now hears them. */
  async #hear(userId: string, change: { wanted: string[]; unwanted: string[] }): Promise<void> {
    const heard = await this.parts.channels.follow(change);
    if (heard && change.wanted.length > 0) this.parts.lookAgain(userId);
  }

  /** Follows a join or leave. */
  changeGroup(userId: string, group: string, change: 'joined' | 'left', seq: number): void {
    const user = this.parts.registry.find(userId);
    if (user !== undefined) void this.#hear(userId, this.parts.registry.changeGroup(user, group, change, seq));
  }

  /** The user is in this group, as persistence answered to a question that was asked as of an entry (knownAsOf). */
  joinGroup(user: UserOnPod, group: string, asked: number): void {
    void this.#hear(user.userId, this.parts.registry.join(user, group, asked));
  }
}
