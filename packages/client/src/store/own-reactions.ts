import type { ReactionView } from './reactions';
import type { MessageView } from './views';

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
