import type { ConversationResponse, ConversationSettings } from '@chat-app/protocol';
import { reactionsOf, type ReactionView } from './reactions';
import type { MessageState, ReceivedMessage } from '../events';

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
  /**
   * Of own messages. Beyond `stored` they were `received` or `read`: by the other user, or by so many members of a group, of those
   * who let others know.
   */
  readonly state?: MessageState | 'received' | 'read';
  readonly received_by?: number;
  readonly read_by?: number;
  /** Its number in the history, where that is known: what receipts are compared with. */
  readonly number?: number;
  /** The message that it answers, and whom it mentions. */
  readonly reply_to?: string;
  readonly mentions?: readonly string[];
  /** When its sender last edited it. */
  readonly edited_at?: string;
  /** When and by whom it was deleted: then content is empty. */
  readonly deleted_at?: string;
  readonly deleted_by?: string;
  /** What members reacted with, own reactions that are on their way included; absent: nothing. */
  readonly reactions?: readonly ReactionView[];
  /** Grows with every edit, deletion and reaction; absent: there was none. */
  readonly version?: number;
  /** An own edit or deletion of it that is not accepted yet, or was refused. `content` is what an edit asks for. */
  readonly change?: {
    readonly type: 'edit' | 'delete';
    readonly state: 'sending' | 'failed';
    readonly content: string;
    readonly code?: string;
  };
  /** With `failed`: the code and the words of the refusal. */
  readonly code?: string;
  readonly reason?: string;
}

/** A message that the server told of, as this user sees it. */
export function viewOf(
  message: ReceivedMessage & { number?: number | undefined },
  userId: string,
  state: 'accepted' | 'stored',
): MessageView {
  const { message_id, conversation_id, sender_id, content, sent_at, edited_at, deleted_at, deleted_by } = message;
  const { reply_to, mentions, number, version } = message;
  const reactions = deleted_at === undefined ? reactionsOf(message.reactions, userId) : [];
  const own = sender_id === userId;
  return {
    ...{ message_id, conversation_id, sender_id, content, sent_at, own },
    ...(own && { state }),
    ...(number !== undefined && { number }),
    ...(reply_to !== undefined && { reply_to }),
    ...(mentions !== undefined && { mentions }),
    ...(edited_at !== undefined && { edited_at }),
    ...(deleted_at !== undefined && { deleted_at }),
    ...(deleted_by !== undefined && { deleted_by }),
    ...(reactions.length > 0 && { reactions }),
    ...(version !== undefined && { version }),
  };
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
  /** Messages were removed for their age before the oldest there is. */
  readonly hasEnded?: boolean;
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
  /** How many of the unread messages mention this user. */
  readonly unreadMentions: number;
  /** How it is to this user; absent while that is not known. */
  readonly settings?: ConversationSettings;
  readonly last?: MessageView;
  /** A text that was begun here and not sent. */
  readonly draft: string;
  /** False once the user left or was removed: nothing can be sent, what is loaded can be read. */
  readonly member: boolean;
}

/** What is known of the list as a whole. */
export interface ListStatus {
  /** Whether the server's list was read at least once. */
  readonly loaded: boolean;
  /** Whether there are older conversations: loadMore() reads them. */
  readonly more: boolean;
  readonly fault?: string;
}

/** A group to which the user is invited. */
export interface InvitationView {
  readonly conversation_id: string;
  readonly title: string;
  /** The user who asks. */
  readonly invited_by: string;
  readonly invited_at: string;
}
