import type { ConversationResponse } from '@chat-app/protocol';
import type { MessageState } from '../events';

/** A message as a UI shows it. Snapshots: a change makes another object. */
export interface MessageView {
  readonly message_id: string;
  readonly conversation_id: string;
  readonly sender_id: string;
  readonly content: string;
  /** When the server accepted it; absent while it waits. */
  readonly sent_at?: string;
  /** Whether this user sent it, from this device or another. */
  readonly own: boolean;
  /** Of own messages. */
  readonly state?: MessageState;
  /** With `failed`: the code and the words of the refusal. */
  readonly code?: string;
  readonly reason?: string;
}

/** A run of messages that is not loaded. Look at it and call loadGap. */
export interface GapView {
  /** Names the gap as long as its newer side stays the same. */
  readonly gap_id: string;
  /** `beginning` before everything known, `middle` between two known runs, `end` after everything known. */
  readonly place: 'beginning' | 'middle' | 'end';
}

export type TimelineItem =
  { readonly kind: 'message'; readonly message: MessageView } | { readonly kind: 'gap'; readonly gap: GapView };

/** The messages of one conversation in the server's order, with the gaps between what is known. */
export interface TimelineView {
  readonly items: readonly TimelineItem[];
  /** Gaps whose messages are being loaded. */
  readonly loading: ReadonlySet<string>;
  /** Why the last load failed; absent once one succeeds. */
  readonly fault?: string;
}

/** A conversation as a list shows it. */
export interface ConversationView {
  readonly conversation_id: string;
  readonly kind: 'direct' | 'group';
  /** Of a group. */
  readonly title?: string;
  /** Of a direct conversation: the other user. */
  readonly recipient_id?: string;
  readonly role: ConversationResponse['role'];
  readonly unread: number;
  readonly last?: MessageView;
  /** A text that was begun here and not sent. */
  readonly draft: string;
  /** False once the user left or was removed: nothing can be sent, what is loaded can be read. */
  readonly member: boolean;
}
