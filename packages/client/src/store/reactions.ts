import type { MessageView } from './views';

/** Who reacted to a message with one emoji. */
export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  /** Whether this user is among them. */
  readonly own: boolean;
  /** The first of them. */
  readonly user_ids: readonly string[];
}

/** What a server tells of the reactions of a message, in the order of their first use; what cannot be read is left out. */
export function reactionsOf(reactions: object | undefined, userId: string): readonly ReactionView[] {
  return Object.entries(reactions ?? {}).flatMap(([emoji, told]) => {
    const { count, user_ids } = (told ?? {}) as { count?: unknown; user_ids?: unknown };
    if (typeof count !== 'number' || count < 1 || !Array.isArray(user_ids)) return [];
    const users = user_ids.filter((id): id is string => typeof id === 'string');
    return [{ emoji, count, own: users.includes(userId), user_ids: users }];
  });
}

/** Whether this user may be among those who are not named. */
export function isCut({ count, own, user_ids }: ReactionView): boolean {
  return !own && count > user_ids.length;
}

/** The newer state of a message's reactions. Of one that does not name all, one's own is as it was known. */
export function newerReactions(before: MessageView, newer: readonly ReactionView[]): readonly ReactionView[] {
  const known = new Map(before.reactions?.map((one) => [one.emoji, one.own]));
  return newer.map((one) => (isCut(one) && known.get(one.emoji) === true ? { ...one, own: true } : one));
}

interface OwnReaction {
  id: string;
  on: boolean;
  accepted: boolean;
}

/**
 * Own reactions that are on their way: shown over what the messages have. Gone once the server told a state that it is part of,
 * or refused it. Pure state.
 */
export class OwnReactions {
  /** By message and emoji: the newest of each. */
  private readonly waiting = new Map<string, Map<string, OwnReaction>>();

  /** An own reaction was taken into the outbox. */
  sending(messageId: string, id: string, emoji: string, on: boolean): void {
    const ofMessage = this.waiting.get(messageId);
    if (ofMessage === undefined) this.waiting.set(messageId, new Map([[emoji, { id, on, accepted: false }]]));
    else ofMessage.set(emoji, { id, on, accepted: false });
  }

  /** It was accepted, stored or refused. */
  stateChanged(messageId: string, id: string, state: 'accepted' | 'stored' | 'failed'): void {
    for (const [emoji, one] of this.waiting.get(messageId) ?? []) {
      if (one.id !== id) continue;
      if (state === 'accepted') one.accepted = true;
      else this.forget(messageId, emoji);
    }
  }

  /** A message came in a newer state: what that agrees with waits no more. */
  told({ message_id, reactions, deleted_at }: MessageView): void {
    for (const [emoji, { on, accepted }] of this.waiting.get(message_id) ?? []) {
      const agrees = (reactions?.some((one) => one.emoji === emoji && one.own) ?? false) === on;
      if (deleted_at !== undefined || (accepted && agrees)) this.forget(message_id, emoji);
    }
  }

  /** The message as its user wants it. */
  show(message: MessageView): MessageView {
    const waiting = this.waiting.get(message.message_id);
    if (waiting === undefined || message.deleted_at !== undefined) return message;
    let reactions = message.reactions ?? [];
    for (const [emoji, { on }] of waiting) reactions = withOwn(reactions, emoji, on);
    return { ...message, reactions };
  }

  private forget(messageId: string, emoji: string): void {
    const ofMessage = this.waiting.get(messageId);
    ofMessage?.delete(emoji);
    if (ofMessage?.size === 0) this.waiting.delete(messageId);
  }
}

function withOwn(reactions: readonly ReactionView[], emoji: string, on: boolean): readonly ReactionView[] {
  const known = reactions.find((one) => one.emoji === emoji);
  if (known === undefined) return on ? [...reactions, { emoji, count: 1, own: true, user_ids: [] }] : reactions;
  if (known.own === on) return reactions;
  const count = known.count + (on ? 1 : -1);
  if (count === 0) return reactions.filter((one) => one !== known);
  return reactions.map((one) => (one === known ? { ...one, count, own: on } : one));
}
