import type { ReactionView } from './reactions';
import type { MessageView } from './views';

interface OwnReaction {
  id: string;
  on: boolean;
  accepted: boolean;
  /** Of the message when it was sent: no state up to this one has it. */
  version: number;
  /** A later state was told of which nobody knows whether it has it. */
  wasTold: boolean;
}

/** An own reaction that was sent. */
export interface SentReaction {
  readonly id: string;
  readonly emoji: string;
  readonly on: boolean;
  /** Of the message as its user saw it. */
  readonly version?: number | undefined;
}

/**
 * Own reactions that are on their way: shown over what the messages have. Gone once the server told a state that it is part of,
 * or may be part of where something was missed, or refused it. Pure state.
 */
export class OwnReactions {
  /** By message and emoji: the newest of each. */
  private readonly waiting = new Map<string, Map<string, OwnReaction>>();

  /** An own reaction was taken into the outbox. */
  sending(messageId: string, { id, emoji, on, version = -1 }: SentReaction): void {
    const ofMessage = this.waiting.get(messageId) ?? new Map<string, OwnReaction>();
    this.waiting.set(messageId, ofMessage.set(emoji, { id, on, version, accepted: false, wasTold: false }));
  }

  /** It was accepted, stored or refused. */
  stateChanged(messageId: string, id: string, state: 'accepted' | 'stored' | 'failed'): void {
    for (const [emoji, one] of this.waiting.get(messageId) ?? []) {
      if (one.id !== id) continue;
      if (state === 'accepted' && !one.wasTold) one.accepted = true;
      else this.forget(messageId, emoji);
    }
  }

  /**
   * A message came in a newer state: what that agrees with waits no more.
   * @param isNext nothing was missed between the state before and this one: that it has an own reaction is told beside it
   */
  told({ message_id, version = -1, reactions, deleted_at }: MessageView, isNext: boolean): void {
    for (const [emoji, one] of this.waiting.get(message_id) ?? []) {
      const agrees = (reactions?.some((other) => other.emoji === emoji && other.own) ?? false) === one.on;
      one.wasTold ||= version > one.version && !isNext;
      if (deleted_at !== undefined || (one.accepted && (agrees || one.wasTold))) this.forget(message_id, emoji);
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
