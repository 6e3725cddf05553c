import type { ConnectedUser } from '../connections/connection';
import type { Registry, ChannelChange } from '../connections/registry';
import type { Subscriptions } from '../delivery/subscriptions';
import type { PersistenceClient } from '../peers/persistence-client';
import type { HeadReader } from './read-heads';

/**
 * Keeps this pod subscribed to the groups of its users. Each change resolves to where the user's inbox ends now if a
 * channel was newly subscribed to: something may have come before it was. Undefined otherwise. None rejects.
 */
export class GroupFollower {
  constructor(
    private readonly registry: Registry,
    private readonly subscriptions: Subscriptions,
    private readonly heads: HeadReader,
    private readonly persistence: PersistenceClient,
  ) {}

  /** The user is in these groups, as persistence told when the inbox ended at `head`. */
  replace(user: ConnectedUser, groups: readonly string[], head: number): Promise<number | undefined> {
    return this.#subscribe(user.userId, this.registry.setGroups(user, groups, head));
  }

  /** The user joined or left, as the inbox entry `seq` says. */
  async change(userId: string, group: string, change: 'joined' | 'left', seq: number): Promise<number | undefined> {
    const user = this.registry.find(userId);
    if (user === undefined) return undefined;
    return this.#subscribe(userId, this.registry.changeGroup(user, group, change, seq));
  }

  /**
   * The user may have left, as the fan-out said, which is not believed: the pod stops at once to pass on what is said in the
   * group and asks persistence. The number of the leave comes with its inbox entry.
   */
  async suspectLeft(userId: string, group: string): Promise<number | undefined> {
    const user = this.registry.find(userId);
    if (user?.groups.has(group) !== true) return undefined;
    const asked = user.knownAsOf(group);
    void this.#subscribe(userId, this.registry.suspectLeft(user, group));
    const membership = await this.persistence.findMembership(group, userId).catch(() => undefined);
    return membership === undefined ? undefined : this.confirm(user, group, asked);
  }

  /** The user is in this group, as persistence answered to a question that was asked as of an entry (`knownAsOf`). */
  confirm(user: ConnectedUser, group: string, asked: number): Promise<number | undefined> {
    return this.#subscribe(user.userId, this.registry.confirmGroup(user, group, asked));
  }

  async #subscribe(userId: string, change: ChannelChange): Promise<number | undefined> {
    const subscribed = await this.subscriptions.apply(change);
    return subscribed && change.subscribe.length > 0 ? this.heads.readSoon(userId) : undefined;
  }
}
