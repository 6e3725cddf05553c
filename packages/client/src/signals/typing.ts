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
  /** When it was last said in each conversation that one types there, and whether that holds still. */
  private readonly said = new Map<string, { at: number; holds: boolean }>();

  /** @param say hands it to the server, where that can be done now. */
  constructor(private readonly say: (conversationId: string, active: boolean) => boolean) {}

  /** The user writes, or has nothing written any more. */
  typing(conversationId: string, active: boolean): void {
    const now = monotonicNow();
    const last = this.said.get(conversationId);
    const age = now - (last?.at ?? -Infinity);
    if (!active) {
      // Whoever was told has forgotten it after a while.
      if (last?.holds === true && age < LIMITS.typingForgottenMs) this.say(conversationId, false);
      this.over(conversationId);
      // Sooner the server passes nothing on: it is said with the first key that is late enough.
    } else if (age >= LIMITS.typingIntervalMs && this.say(conversationId, true)) {
      this.said.set(conversationId, { at: now, holds: true });
    }
  }

  /** A message was sent there, which says that it is written. */
  sent(conversationId: string): void {
    this.over(conversationId);
  }

  private over(conversationId: string): void {
    const last = this.said.get(conversationId);
    if (last !== undefined) last.holds = false;
  }
}
