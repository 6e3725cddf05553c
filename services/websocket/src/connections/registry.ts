import { conversationChannel, userChannel } from '@chat-app/protocol';
import type { Connection } from './connection';
import { TokenBucket } from './token-bucket';

/** A user with at least one connection on this pod. */
export interface UserOnPod {
  readonly userId: string;
  readonly connections: Connection[];
  /** Groups whose channel this pod hears for the user. */
  readonly groups: Set<string>;
  /** All joins and leaves up to this inbox entry are in `groups`. */
  groupsAsOf: number;
  /** The newest entry after it that joined or left each group. Of different groups they may come in any order. */
  readonly groupChanges: Map<string, number>;
  readonly sends: TokenBucket;
  /** Resolves once the user's channel is heard (true) or known not to be for now. */
  heard: Promise<boolean> | undefined;
}

/** The inbox entry as of which it is known whether a user is in a group. */
export function knownAsOf(user: UserOnPod, group: string): number {
  return Math.max(user.groupsAsOf, user.groupChanges.get(group) ?? -1);
}

/** What the fan-out has to hear more, or no more. */
export interface ChannelChange {
  wanted: string[];
  unwanted: string[];
}

const USER_PREFIX = userChannel('');
const CONVERSATION_PREFIX = conversationChannel('');

/**
 * Who is on this pod: connections by user, users by group. Counts how many need a channel, and answers every change with
 * the channels that are wanted or unwanted from now on. Knows no fan-out.
 */
export class Registry {
  readonly #users = new Map<string, UserOnPod>();
  readonly #groups = new Map<string, Set<UserOnPod>>();
  readonly #connections = new Set<Connection>();

  constructor(private readonly sendsBurst: number) {}

  get size(): number {
    return this.#connections.size;
  }

  get connections(): Iterable<Connection> {
    return this.#connections;
  }

  get userIds(): string[] {
    return [...this.#users.keys()];
  }

  find(userId: string): UserOnPod | undefined {
    return this.#users.get(userId);
  }

  /** Users who hear a channel. */
  *hearers(channel: string): Iterable<UserOnPod> {
    if (channel.startsWith(USER_PREFIX)) {
      const user = this.#users.get(channel.slice(USER_PREFIX.length));
      if (user !== undefined) yield user;
    } else if (channel.startsWith(CONVERSATION_PREFIX)) {
      yield* this.#groups.get(channel.slice(CONVERSATION_PREFIX.length)) ?? [];
    }
  }

  add(connection: Connection, now: number): ChannelChange {
    const { userId } = connection;
    let user = this.#users.get(userId);
    const wanted: string[] = [];
    if (user === undefined) {
      const sends = new TokenBucket(this.sendsBurst, now);
      user = {
        userId,
        connections: [],
        groups: new Set(),
        groupsAsOf: -1,
        groupChanges: new Map(),
        sends,
        heard: undefined,
      };
      this.#users.set(userId, user);
      wanted.push(userChannel(userId));
    }
    user.connections.push(connection);
    connection.user = user;
    this.#connections.add(connection);
    return { wanted, unwanted: [] };
  }

  remove(connection: Connection): ChannelChange {
    const { user } = connection;
    if (user === undefined) return { wanted: [], unwanted: [] };
    connection.user = undefined;
    this.#connections.delete(connection);
    user.connections.splice(user.connections.indexOf(connection), 1);
    if (user.connections.length > 0) return { wanted: [], unwanted: [] };
    this.#users.delete(user.userId);
    const unwanted = [userChannel(user.userId)];
    for (const group of user.groups) unwanted.push(...this.leave(user, group).unwanted);
    return { wanted: [], unwanted };
  }

  /** Replaces what is known of a user's groups by what was read when the inbox ended at `head`; what is newer stays. */
  setGroups(user: UserOnPod, groups: readonly string[], head: number): ChannelChange {
    const change: ChannelChange = { wanted: [], unwanted: [] };
    if (head < user.groupsAsOf || !this.#isHere(user)) return change;
    user.groupsAsOf = head;
    for (const [group, seq] of user.groupChanges) if (seq <= head) user.groupChanges.delete(group);
    const now = new Set(groups);
    for (const group of user.groups) {
      if (now.has(group) || user.groupChanges.has(group)) continue;
      change.unwanted.push(...this.leave(user, group).unwanted);
    }
    for (const group of now) {
      if (!user.groupChanges.has(group)) change.wanted.push(...this.#enter(user, group).wanted);
    }
    return change;
  }

  /** Follows a join or leave, unless something newer is known already. */
  changeGroup(user: UserOnPod, group: string, change: 'joined' | 'left', seq: number): ChannelChange {
    if (seq <= knownAsOf(user, group) || !this.#isHere(user)) return { wanted: [], unwanted: [] };
    user.groupChanges.set(group, seq);
    return change === 'joined' ? this.#enter(user, group) : this.leave(user, group);
  }

  /** The user is in this group, by an answer to a question; `asked` is knownAsOf when it was asked. */
  join(user: UserOnPod, group: string, asked: number): ChannelChange {
    // A join or leave that came meanwhile is newer than the answer may be.
    if (knownAsOf(user, group) !== asked) return { wanted: [], unwanted: [] };
    return this.#enter(user, group);
  }

  #enter(user: UserOnPod, group: string): ChannelChange {
    if (user.groups.has(group) || !this.#isHere(user)) return { wanted: [], unwanted: [] };
    user.groups.add(group);
    let users = this.#groups.get(group);
    if (users === undefined) this.#groups.set(group, (users = new Set()));
    users.add(user);
    return { wanted: users.size === 1 ? [conversationChannel(group)] : [], unwanted: [] };
  }

  private leave(user: UserOnPod, group: string): ChannelChange {
    if (!user.groups.delete(group)) return { wanted: [], unwanted: [] };
    const users = this.#groups.get(group);
    users?.delete(user);
    if (users === undefined || users.size > 0) return { wanted: [], unwanted: [] };
    this.#groups.delete(group);
    return { wanted: [], unwanted: [conversationChannel(group)] };
  }

  #isHere(user: UserOnPod): boolean {
    return this.#users.get(user.userId) === user;
  }
}
