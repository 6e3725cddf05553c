import { LIMITS } from '@chat-app/protocol/pure';
import type { TypingNotice } from '../signals/typing';
import { Timers } from '../state/timers';
import { Derived, type Observable } from './observable';

const NOBODY: readonly string[] = [];

/** Who types where: forgotten a few seconds after they last said so, and when what they typed has come. */
export class Typists {
  /** By conversation, in the order in which they began. */
  private byConversation: ReadonlyMap<string, readonly string[]> = new Map();
  private readonly timers = new Timers();
  private readonly derived = new Derived(() => this.byConversation);

  /** Ids of those who type, by conversation; conversations in which nobody does are left out. */
  get view(): Observable<ReadonlyMap<string, readonly string[]>> {
    return this.derived;
  }

  noticed({ conversation_id, user_id, active }: TypingNotice): void {
    const key = `${conversation_id}|${user_id}`;
    if (!active) return this.stopped(conversation_id, user_id);
    this.timers.set(key, LIMITS.typingForgottenMs, () => this.stopped(conversation_id, user_id));
    const known = this.byConversation.get(conversation_id) ?? NOBODY;
    if (!known.includes(user_id)) this.put(conversation_id, [...known, user_id]);
  }

  stopped(conversationId: string, userId: string): void {
    this.timers.clear(`${conversationId}|${userId}`);
    const known = this.byConversation.get(conversationId);
    if (known?.includes(userId) === true) {
      this.put(
        conversationId,
        known.filter((each) => each !== userId),
      );
    }
  }

  release(): void {
    this.timers.releaseAll();
    this.derived.release();
  }

  private put(conversationId: string, userIds: readonly string[]): void {
    const next = new Map(this.byConversation);
    if (userIds.length === 0) next.delete(conversationId);
    else next.set(conversationId, userIds);
    this.byConversation = next;
    this.derived.changed();
  }
}
