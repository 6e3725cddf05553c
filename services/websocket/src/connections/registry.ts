import { conversationChannel, userChannel } from '@chat-app/protocol';
import type { ConnectedUser, Connection } from './connection';
import { UserOnPod, type GroupChange } from './user-on-pod';

/** What the fan-out has to subscribe to, and what no longer. */
export interface ChannelChange {
  subscribe: string[];
  unsubscribe: string[];
}

const USER_PREFIX = userChannel('');
const CONVERSATION_PREFIX = conversationChannel('');

/**
 * Who is on this pod: connections by user, users by group. Counts how many need a channel, and answers every change with
 * the channels to subscribe to and to unsubscribe from. Knows no fan-out.
 */
export class Registry {
  readonly #users = new Map<string, ConnectedUser>();
  readonly #groups = new Map<string, Set<ConnectedUser>>();
  readonly #connections = new Set<Connection>();

  get size(): number {
    return this.#connections.size;
  }

  get connections(): Iterable<Connection> {
    return this.#connections;
  }

  get userIds(): string[] {
    return [...this.#users.keys()];
  }

  find(userId: string): ConnectedUser | undefined {
    return this.#users.get(userId);
  }

  /** Users who are concerned by a channel. */
  *subscribers(channel: string): Iterable<ConnectedUser> {
    if (channel.startsWith(USER_PREFIX)) {
      const user = this.#users.get(channel.slice(USER_PREFIX.length));
      if (user !== undefined) yield user;
    } else if (channel.startsWith(CONVERSATION_PREFIX)) {
      yield* this.#groups.get(channel.slice(CONVERSATION_PREFIX.length)) ?? [];
    }
  }

  add(connection: Connection): ChannelChange {
    const { userId } = connection;
    const known = this.#users.get(userId);
    const user = known ?? new UserOnPod<Connection>(userId);
    user.add(connection);
    this.#connections.add(connection);
    if (known !== undefined) return { subscribe: [], unsubscribe: [] };
    this.#users.set(userId, user);
    return { subscribe: [userChannel(userId)], unsubscribe: [] };
  }

  remove(connection: Connection): ChannelChange {
    const { user } = connection;
    if (user === undefined) return { subscribe: [], unsubscribe: [] };
    this.#connections.delete(connection);
    user.remove(connection);
    if (user.connections.length > 0) return { subscribe: [], unsubscribe: [] };
    this.#users.delete(user.userId);
    const { unsubscribe } = this.#follow(user, { entered: [], left: [...user.groups] });
    return { subscribe: [], unsubscribe: [userChannel(user.userId), ...unsubscribe] };
  }

  /** Replaces what is known of a user's groups by what was read when the inbox ended at `head`; what is newer stays. */
  setGroups(user: ConnectedUser, groups: readonly string[], head: number): ChannelChange {
    return this.#change(user, () => user.replaceGroups(groups, head));
  }

  /** Follows a join or leave, unless something newer is known already. */
  changeGroup(user: ConnectedUser, group: string, change: 'joined' | 'left', seq: number): ChannelChange {
    return this.#change(user, () => user.changeGroup(group, change, seq));
  }

  /** The user may have left; what is known stays as old as it is. */
  suspectLeft(user: ConnectedUser, group: string): ChannelChange {
    return this.#change(user, () => user.suspectLeft(group));
  }

  /** The user is in this group, by an answer to a question; `asked` is `knownAsOf` when it was asked. */
  confirmGroup(user: ConnectedUser, group: string, asked: number): ChannelChange {
    return this.#change(user, () => user.confirmGroup(group, asked));
  }

  /** A user whose last connection is gone changes nothing any more. */
  #change(user: ConnectedUser, change: () => GroupChange): ChannelChange {
    if (this.#users.get(user.userId) !== user) return { subscribe: [], unsubscribe: [] };
    return this.#follow(user, change());
  }

  #follow(user: ConnectedUser, { entered, left }: GroupChange): ChannelChange {
    const change: ChannelChange = { subscribe: [], unsubscribe: [] };
    for (const group of left) {
      const users = this.#groups.get(group);
      if (users?.delete(user) !== true || users.size > 0) continue;
      this.#groups.delete(group);
      change.unsubscribe.push(conversationChannel(group));
    }
    for (const group of entered) {
      const users = this.#groups.get(group);
      if (users !== undefined) users.add(user);
      else {
        this.#groups.set(group, new Set([user]));
        change.subscribe.push(conversationChannel(group));
      }
    }
    return change;
  }
}
