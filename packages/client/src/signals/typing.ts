import { LIMITS } from '@chat-app/protocol/pure';
import { monotonicNow } from '../state/clock';

/** Another member of a conversation writes something, or stopped. It is over by itself after a few seconds. */
export interface TypingNotice {
  conversation_id: string;
  user_id: string;
  active: boolean;
}

/** What is said of one's own typing: at most once in a while, however often it is told of. */
export class OwnTyping {
  /** When it was last said in each conversation that one types there. */
  private readonly saidAt = new Map<string, number>();

  /** @param say hands it to the server, where that can be done now. */
  constructor(private readonly say: (conversationId: string, active: boolean) => boolean) {}

  /** The user writes, or has nothing written any more. */
  typing(conversationId: string, active: boolean): void {
    const now = monotonicNow();
    const age = now - (this.saidAt.get(conversationId) ?? -Infinity);
    if (!active) {
      this.saidAt.delete(conversationId);
      // Whoever was told has forgotten it since.
      if (age < LIMITS.typingForgottenMs) this.say(conversationId, false);
    } else if (age >= LIMITS.typingIntervalMs && this.say(conversationId, true)) this.saidAt.set(conversationId, now);
  }

  /** A message was sent there, which says that it is written. */
  sent(conversationId: string): void {
    this.saidAt.delete(conversationId);
  }
}
