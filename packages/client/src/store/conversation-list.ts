/**
 * The user's conversations: what the server says of each, newest activity first, and what changed here since. Pure state.
 */
import type { ConversationResponse, ConversationSettings } from '@chat-app/protocol';
import type { UnreadCount } from './unread-counts';
import { viewOf, type ConversationView, type MessageView } from './views';

/** One conversation. Owned by the list; others read it. */
export interface ConversationRecord {
  readonly conversation_id: string;
  kind: 'direct' | 'group';
  title?: string;
  recipient_id?: string;
  role: ConversationResponse['role'];
  /** How it is to the user; unknown until the server says it. */
  settings?: ConversationSettings;
  last?: MessageView;
  member: boolean;
  /** Whether the server was asked what it is. */
  described: boolean;
}

export class ConversationList {
  private readonly records = new Map<string, ConversationRecord>();
  private order: string[] = [];

  constructor(private readonly userId: string) {}

  get(conversationId: string): ConversationRecord | undefined {
    return this.records.get(conversationId);
  }

  /** Snapshots of all, newest activity first. */
  views(
    draftOf: (conversationId: string) => string,
    unreadOf: (conversationId: string) => UnreadCount,
  ): ConversationView[] {
    return this.order.map((id) => {
      const { described: _described, ...record } = this.records.get(id)!;
      const { unread, mentions } = unreadOf(id);
      return { ...record, unread, unreadMentions: mentions, draft: draftOf(id) };
    });
  }

  /** The record of a conversation, made where there is none. */
  ensure(conversationId: string, recipientId?: string): ConversationRecord {
    const known = this.records.get(conversationId);
    if (known !== undefined) return known;
    const record: ConversationRecord = {
      conversation_id: conversationId,
      kind: recipientId === undefined ? 'group' : 'direct',
      role: 'member',
      member: true,
      // Of a direct conversation everything is known.
      described: recipientId !== undefined,
      ...(recipientId !== undefined && { recipient_id: recipientId }),
    };
    this.records.set(conversationId, record);
    this.order.unshift(conversationId);
    return record;
  }

  /** Puts a conversation first. */
  bump(conversationId: string): void {
    if (this.order[0] === conversationId) return;
    this.order = [conversationId, ...this.order.filter((id) => id !== conversationId)];
  }

  /** What the server says of one conversation. */
  describe(answer: ConversationResponse): ConversationRecord {
    const record = this.ensure(answer.conversation_id, answer.recipient_id);
    record.kind = answer.kind;
    if (answer.title !== undefined) record.title = answer.title;
    if (answer.recipient_id !== undefined) record.recipient_id = answer.recipient_id;
    record.role = answer.role;
    if (answer.settings !== undefined) record.settings = answer.settings;
    record.member = true;
    record.described = true;
    if (answer.last_message !== undefined && record.last?.state !== 'sending') {
      record.last = viewOf(answer.last_message, this.userId, 'stored');
    }
    return record;
  }

  /**
   * A page of the server's list. The first page tells the order; those that it does not name follow in their order.
   */
  page(answers: readonly ConversationResponse[], isFirst: boolean): void {
    const before = new Set(this.order);
    for (const answer of answers) this.describe(answer);
    const ids = answers.map((answer) => answer.conversation_id);
    const named = new Set(ids);
    const rest = this.order.filter((id) => !named.has(id));
    const fresh = ids.filter((id) => !before.has(id));
    if (isFirst) this.order = [...ids, ...rest];
    else this.order = [...this.order.filter((id) => before.has(id)), ...fresh];
  }
}
