import { RecentMap } from '../state/recent-map';

/**
 * How much of each conversation is unread: what the server counted when it was asked, and what came to this device since. Pure state.
 *
 * The server counts what is stored. What comes live is stored a little later, and an answer may be older than what was heard while it
 * was on its way: so what came counts beside an answer until there is one that was asked for after it was known to be stored.
 */
export interface UnreadCount {
  readonly unread: number;
  /** How many of them mention the user. */
  readonly mentions: number;
}

interface Arrival {
  readonly isMention: boolean;
  /** When that became known; undefined: it may not be stored yet. */
  storedAt: number | undefined;
  /** The last answer may be older than it. */
  isUncertain: boolean;
  /** The last answer counts it, by its newest message. */
  isCounted: boolean;
}

interface Known {
  counted: UnreadCount;
  /** Answers that were asked for before are older than what is known. */
  asOf: number;
  readonly arrived: Map<string, Arrival>;
}

/** Most deletions that are waited for: more are not on their way to be stored at once. */
const MOST_DELETIONS = 1_000;

const NONE: UnreadCount = { unread: 0, mentions: 0 };

export class UnreadCounts {
  private readonly known = new Map<string, Known>();
  /** Deletions that may not be stored yet, with their conversations, by event. */
  private readonly deletions = new RecentMap<string>(MOST_DELETIONS);
  /** Grows with everything that happens: what is compared is only which came first. */
  private now = 0;

  of(conversationId: string): UnreadCount {
    const known = this.known.get(conversationId);
    if (known === undefined) return NONE;
    let { unread, mentions } = known.counted;
    for (const { isMention, isCounted } of known.arrived.values()) {
      if (isCounted) continue;
      unread += 1;
      if (isMention) mentions += 1;
    }
    return { unread, mentions };
  }

  /** A message of somebody else came, and nobody looks. */
  arrived(conversationId: string, messageId: string, about: { isMention: boolean; isStored: boolean }): void {
    const { isMention, isStored } = about;
    const storedAt = isStored ? this.tick() : undefined;
    this.entry(conversationId).arrived.set(messageId, { isMention, storedAt, isUncertain: false, isCounted: false });
  }

  /** These events are stored. @returns the conversations of which the server is to be asked for that */
  stored(eventIds: readonly string[]): string[] {
    const now = this.tick();
    const withDeletions = this.deletionsStored(eventIds);
    return [...this.known].flatMap(([conversationId, { arrived }]) => {
      const here = eventIds.flatMap((id) => arrived.get(id) ?? []);
      for (const one of here) one.storedAt ??= now;
      const wasCounted = withDeletions.has(conversationId) && this.of(conversationId).unread > 0;
      return wasCounted || here.some(({ isUncertain }) => isUncertain) ? [conversationId] : [];
    });
  }

  /** A message was deleted. @param event what told so, where it may not be stored yet: until then the server counts the message */
  deleted(conversationId: string, messageId: string, event?: string): void {
    this.known.get(conversationId)?.arrived.delete(messageId);
    if (event !== undefined) this.deletions.set(event, conversationId);
  }

  /** All of it is read. */
  read(conversationId: string): void {
    const known = this.entry(conversationId);
    known.counted = NONE;
    known.arrived.clear();
    known.asOf = this.tick();
  }

  /** The server knows what is read: what it counted before that is old. */
  marked(conversationId: string): void {
    this.entry(conversationId).asOf = this.tick();
  }

  /** It is read up to a message: how much came before the server knows. */
  readUpTo(conversationId: string, messageId: string): void {
    const known = this.entry(conversationId);
    known.asOf = this.tick();
    if (!known.arrived.has(messageId)) return;
    for (const id of [...known.arrived.keys()]) {
      known.arrived.delete(id);
      if (id === messageId) return;
    }
  }

  /** Entries were left out, and with them that messages are stored: what is asked from now on counts those that are. */
  missed(): void {
    this.deletions.clear();
    for (const { arrived } of this.known.values()) for (const one of arrived.values()) one.storedAt ??= this.tick();
  }

  /** The server is about to be asked. @returns what `answered` is to be given */
  ask(): number {
    return this.tick();
  }

  /** @returns whether to ask again: something happened while the answer was on its way */
  answered(conversationId: string, askedAt: number, counted: UnreadCount, newest: string | undefined): boolean {
    const known = this.entry(conversationId);
    if (askedAt < known.asOf) return true;
    known.asOf = askedAt;
    known.counted = counted;
    let isAgain = false;
    let isWithin = newest !== undefined && known.arrived.has(newest);
    for (const [id, one] of known.arrived) {
      if (one.storedAt !== undefined && one.storedAt < askedAt) known.arrived.delete(id);
      else isAgain ||= one.storedAt !== undefined;
      one.isUncertain = true;
      one.isCounted = isWithin;
      if (id === newest) isWithin = false;
    }
    return isAgain;
  }

  private deletionsStored(eventIds: readonly string[]): Set<string> {
    const conversations = new Set(eventIds.flatMap((id) => this.deletions.get(id) ?? []));
    for (const id of eventIds) this.deletions.delete(id);
    return conversations;
  }

  private entry(conversationId: string): Known {
    const known = this.known.get(conversationId) ?? { counted: NONE, asOf: 0, arrived: new Map<string, Arrival>() };
    this.known.set(conversationId, known);
    return known;
  }

  private tick(): number {
    this.now += 1;
    return this.now;
  }
}
