interface Seen {
  /** Up to which message the conversation was marked as read. */
  readonly marked: string;
  /** What was read and is not stored yet. */
  readonly left: Set<string>;
  /** Which of it was stored last. */
  last?: string;
}

/**
 * Messages that were read before they were stored. They may be stored in another order than they came in, for instance from two pods:
 * then the one that came last, which was marked, is not the last in the history. Pure state.
 */
export class SeenLive {
  private readonly seen = new Map<string, Seen>();

  /** A conversation was read up to a message; of what was read `live` is not stored yet. */
  read(conversationId: string, marked: string, live: readonly string[]): void {
    if (live.length === 0) this.seen.delete(conversationId);
    else this.seen.set(conversationId, { marked, left: new Set(live) });
  }

  /** These are stored, in this order. @returns conversations whose marker is to be of another message, with that */
  stored(messageIds: readonly string[]): [conversationId: string, messageId: string][] {
    return [...this.seen].flatMap(([conversationId, seen]): [string, string][] => {
      for (const id of messageIds) if (seen.left.delete(id)) seen.last = id;
      if (seen.left.size > 0) return [];
      this.seen.delete(conversationId);
      return seen.last === undefined || seen.last === seen.marked ? [] : [[conversationId, seen.last]];
    });
  }
}
