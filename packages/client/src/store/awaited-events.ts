import { RecentMap } from '../state/recent-map';

/** Most of them: more are not on their way to be stored at once. */
const MOST = 1_000;

interface Awaited {
  readonly conversationId: string;
  /** Once it is stored the server counts less than before, or more than is known here. */
  readonly counts: 'less' | 'more';
  /** More only where this message is stored before: it is the one up to which the conversation was read. */
  readonly readUpTo?: string;
}

/**
 * Events after which the server counts otherwise once they are stored. Until then it counts a message that was deleted, and what was
 * read up to a message that is not there yet. Pure state.
 */
export class AwaitedEvents {
  private readonly events = new RecentMap<Awaited>(MOST);

  /** A deletion may not be stored yet. */
  deleted(conversationId: string, event: string): void {
    this.events.set(event, { conversationId, counts: 'less' });
  }

  /** A conversation was read up to a message, and with it these: `live` are not stored yet, that message perhaps among them. */
  read(conversationId: string, messageId: string, live: readonly string[]): void {
    for (const id of live) {
      if (id === messageId) this.events.set(id, { conversationId, counts: 'less' });
      else this.events.set(id, { conversationId, counts: 'more', readUpTo: messageId });
    }
  }

  /** A message may not be stored yet, and is not counted here any more. */
  uncounted(conversationId: string, messageId: string): void {
    this.events.set(messageId, { conversationId, counts: 'more' });
  }

  /**
   * These are stored, in this order.
   * @returns conversations of which the server counts less now, and those of which it counts more than is known here: a message that
   * was taken for read is stored after the one up to which that is so
   */
  stored(eventIds: readonly string[]): { less: ReadonlySet<string>; more: ReadonlySet<string> } {
    const less = new Set<string>();
    const more = new Set<string>();
    for (const id of eventIds) {
      const awaited = this.events.get(id);
      if (awaited === undefined) continue;
      this.events.delete(id);
      const { conversationId, counts, readUpTo } = awaited;
      if (counts === 'less') less.add(conversationId);
      else if (readUpTo === undefined || this.events.get(readUpTo) === undefined) more.add(conversationId);
    }
    return { less, more };
  }
}
