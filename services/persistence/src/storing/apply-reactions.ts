import { LIMITS, type EventRecord } from '@chat-app/protocol';
import type { Queryable } from '@chat-app/database';
import { readReactions, writeReactions, type MessageReactions, type ReactionRow } from './sql/reactions';

type Reacted = EventRecord<'reacted'>;

/**
 * Puts reactions to their messages and takes them back, one after the other. The caller holds the conversations' locks.
 * A deleted message takes none, and one that would be beyond the limits changes nothing: who sent it was told before, unless
 * two met.
 */
export async function applyReactions(transaction: Queryable, values: readonly Reacted[]): Promise<void> {
  const messageIds = [...new Set(values.map(({ message_id }) => message_id))];
  const userIds = [...new Set(values.map(({ actor_id = '' }) => actor_id))];
  await writeReactions(transaction, decideReactions(await readReactions(transaction, messageIds, userIds), values));
}

/** What there is more and less after all of these, one after the other. */
export function decideReactions(
  messages: readonly MessageReactions[],
  values: readonly Reacted[],
): { added: ReactionRow[]; removed: ReactionRow[] } {
  const byId = new Map(messages.map((message) => [message.message_id, new Tally(message)]));
  for (const value of values) byId.get(value.message_id)?.take(value);
  const tallies = [...byId.values()];
  return { added: tallies.flatMap((tally) => tally.added), removed: tallies.flatMap((tally) => tally.removed) };
}

/** The reactions of one message while some are put to it. */
class Tally {
  readonly #counts = new Map<string, number>();
  /** By user of this batch: what they react with. */
  readonly #own = new Map<string, Set<string>>();
  readonly #changes = new Map<string, { row: ReactionRow; wasOn: boolean; on: boolean }>();

  constructor(private readonly message: MessageReactions) {
    for (const { emoji, count, user_ids } of message.reactions) {
      this.#counts.set(emoji, count);
      for (const userId of user_ids) this.#ownOf(userId).add(emoji);
    }
  }

  get added(): ReactionRow[] {
    return [...this.#changes.values()].filter(({ wasOn, on }) => on && !wasOn).map(({ row }) => row);
  }

  get removed(): ReactionRow[] {
    return [...this.#changes.values()].filter(({ wasOn, on }) => wasOn && !on).map(({ row }) => row);
  }

  take({ actor_id: user_id = '', emoji, on, at = new Date().toISOString() }: Reacted): void {
    const own = this.#ownOf(user_id);
    const isOn = own.has(emoji);
    if (this.message.is_deleted || isOn === on || (on && !this.#hasRoom(own, emoji))) return;
    const count = (this.#counts.get(emoji) ?? 0) + (on ? 1 : -1);
    if (count > 0) this.#counts.set(emoji, count);
    else this.#counts.delete(emoji);
    if (on) own.add(emoji);
    else own.delete(emoji);
    const key = `${user_id} ${emoji}`;
    const { wasOn } = this.#changes.get(key) ?? { wasOn: isOn };
    this.#changes.set(key, { row: { message_id: this.message.message_id, user_id, emoji, at }, wasOn, on });
  }

  #hasRoom(own: ReadonlySet<string>, emoji: string): boolean {
    if (own.size >= LIMITS.reactionsPerUser) return false;
    return this.#counts.has(emoji) || this.#counts.size < LIMITS.reactionsPerMessage;
  }

  #ownOf(userId: string): Set<string> {
    let own = this.#own.get(userId);
    if (own === undefined) this.#own.set(userId, (own = new Set()));
    return own;
  }
}
