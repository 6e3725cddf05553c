import { AwaitedEvents } from './awaited-events';

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

const NONE: UnreadCount = { unread: 0, mentions: 0 };

export class UnreadCounts {
  private readonly known = new Map<string, Known>();
  private readonly awaited = new AwaitedEvents();
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

  /** These events are stored, in this order. @returns the conversations of which the server is to be asked for that */
  stored(eventIds: readonly string[]): string[] {
    const now = this.tick();
    const { less, more } = this.awaited.stored(eventIds);
    // An answer that is on its way is older.
    for (const conversationId of [...less, ...more]) this.entry(conversationId).asOf = now;
    return [...this.known].flatMap(([conversationId, { arrived }]) => {
      const here = eventIds.flatMap((id) => arrived.get(id) ?? []);
      for (const one of here) one.storedAt ??= now;
      const isOther = more.has(conversationId) || (less.has(conversationId) && this.of(conversationId).unread > 0);
      return isOther || here.some(({ isUncertain }) => isUncertain) ? [conversationId] : [];
    });
  }

  /** A message was deleted. @param event what told so, where it may not be stored yet: until then the server counts the message */
  deleted(conversationId: string, messageId: string, event?: string): void {
    const known = this.entry(conversationId);
    known.arrived.delete(messageId);
    if (event !== undefined) this.awaited.deleted(conversationId, event);
    else known.asOf = this.tick();
  }

  /** All of it is read, up to a message. @param live what of it is not stored yet: until then the server counts otherwise */
  read(conversationId: string, messageId: string, live: readonly string[]): void {
    const known = this.entry(conversationId);
    known.counted = NONE;
    known.arrived.clear();
    known.asOf = this.tick();
    this.awaited.read(conversationId, messageId, live);
  }

  /** The server knows what is read: what it counted before that is old. */
  marked(conversationId: string): void {
    this.entry(conversationId).asOf = this.tick();
  }

  /** It is read up to a message: how much came before the server knows. @param live what is not stored yet */
  readUpTo(conversationId: string, messageId: string, live: readonly string[]): void {
    const known = this.entry(conversationId);
    known.asOf = this.tick();
    const ids = [...known.arrived.keys()];
    const read = ids.slice(0, ids.indexOf(messageId) + 1);
    for (const id of read) known.arrived.delete(id);
    this.awaited.read(
      conversationId,
      messageId,
      live.filter((id) => id === messageId || read.includes(id)),
    );
  }

  /**
   * Entries were left out, and with them that messages are stored: what is asked from now on counts those that are, and is asked for
   * again once one of the others is.
   */
  missed(): void {
    for (const [conversationId, { arrived }] of this.known) {
      for (const [id, one] of arrived) {
        if (one.storedAt === undefined) this.awaited.uncounted(conversationId, id);
        one.storedAt ??= this.tick();
      }
    }
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
