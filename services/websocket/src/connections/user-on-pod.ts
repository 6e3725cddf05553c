/** Groups that a user entered and left, as this pod knows it. */
export interface GroupChange {
  entered: string[];
  left: string[];
}

/** What is open for a user, and is told whose it is. */
interface Held<Self extends Held<Self>> {
  registeredFor(user: UserOnPod<Self> | undefined): void;
}

/**
 * A user with at least one connection on this pod, and the groups this pod subscribes to for them.
 *
 * Joins and leaves of different groups come in any order and more than once. So each is known with the inbox entry that
 * says it, and what is older than what is known changes nothing.
 */
export class UserOnPod<Connection extends Held<Connection>> {
  readonly #connections: Connection[] = [];
  readonly #groups = new Set<string>();
  /** All joins and leaves up to this inbox entry are in `groups`. */
  #groupsAsOf = -1;
  /** The newest entry after it that joined or left each group. */
  readonly #groupChanges = new Map<string, number>();
  #subscribed: Promise<boolean> | undefined;
  #aloneUntil = 0;
  #blocks: ReadonlySet<string> = new Set();
  /** The question whose answer `blocks` is. */
  #blocksAsOf = -1;

  constructor(readonly userId: string) {}

  get connections(): readonly Connection[] {
    return this.#connections;
  }

  get groups(): ReadonlySet<string> {
    return this.#groups;
  }

  add(connection: Connection): void {
    this.#connections.push(connection);
    connection.registeredFor(this);
  }

  remove(connection: Connection): void {
    const index = this.#connections.indexOf(connection);
    if (index !== -1) this.#connections.splice(index, 1);
    connection.registeredFor(undefined);
  }

  /** Whether the two exchange no direct messages, as this pod knows it: one of them blocks the other. */
  isBlocked(otherId: string): boolean {
    return this.#blocks.has(otherId);
  }

  /** Replaces what is known of blocks by the answer to a question; one that was asked before the last one's changes nothing. */
  replaceBlocks(others: readonly string[], asked: number): void {
    if (asked < this.#blocksAsOf) return;
    this.#blocksAsOf = asked;
    this.#blocks = new Set(others);
  }

  /** No other pod hears the user's channel, as the broker said of late. `now` is of the monotonic clock. */
  isAlone(now: number): boolean {
    return now < this.#aloneUntil;
  }

  /** The broker said that no other pod hears the user's channel; it is believed until then. */
  aloneUntil(time: number): void {
    this.#aloneUntil = time;
  }

  /** Subscribes to the user's channel once, whoever asks; true where it is subscribed, false where not for now. */
  subscribeOnce(subscribe: () => Promise<boolean>): Promise<boolean> {
    return (this.#subscribed ??= subscribe());
  }

  /** The inbox entry as of which it is known whether the user is in a group. */
  knownAsOf(group: string): number {
    return Math.max(this.#groupsAsOf, this.#groupChanges.get(group) ?? -1);
  }

  /** Replaces what is known by what was read when the inbox ended at `head`; what is newer stays. */
  replaceGroups(groups: readonly string[], head: number): GroupChange {
    if (head < this.#groupsAsOf) return { entered: [], left: [] };
    this.#groupsAsOf = head;
    for (const [group, seq] of this.#groupChanges) if (seq <= head) this.#groupChanges.delete(group);
    const now = new Set(groups);
    const left = [...this.#groups].filter((group) => !now.has(group) && !this.#groupChanges.has(group));
    const entered = [...now].filter((group) => !this.#groups.has(group) && !this.#groupChanges.has(group));
    for (const group of left) this.#groups.delete(group);
    for (const group of entered) this.#groups.add(group);
    return { entered, left };
  }

  /** Follows a join or leave, unless something newer is known already. */
  changeGroup(group: string, change: 'joined' | 'left', seq: number): GroupChange {
    if (seq <= this.knownAsOf(group)) return { entered: [], left: [] };
    this.#groupChanges.set(group, seq);
    if (change === 'left') return { entered: [], left: this.#groups.delete(group) ? [group] : [] };
    return this.#enter(group);
  }

  /** The user may have left; no entry says so yet. */
  suspectLeft(group: string): GroupChange {
    return { entered: [], left: this.#groups.delete(group) ? [group] : [] };
  }

  /** The user is in this group, by an answer to a question; `asked` is `knownAsOf` when it was asked. */
  confirmGroup(group: string, asked: number): GroupChange {
    // A join or leave that came meanwhile is newer than the answer may be.
    return this.knownAsOf(group) === asked ? this.#enter(group) : { entered: [], left: [] };
  }

  #enter(group: string): GroupChange {
    if (this.#groups.has(group)) return { entered: [], left: [] };
    this.#groups.add(group);
    return { entered: [group], left: [] };
  }
}
