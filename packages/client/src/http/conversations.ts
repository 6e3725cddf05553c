import type { ConversationResponse, ConversationSettings, ReceiptCountsResponse, Role } from '@chat-app/protocol';
import {
  isConversation,
  isConversations,
  isHistory,
  isMembers,
  isReceiptCounts,
  isSettings,
  type Answer,
  type Conversations,
  type History,
  type Members,
} from './answers';
import type { HttpRequest } from './request';

/** One authenticated call of persistence. */
export interface ApiCall<T> {
  method: HttpRequest<T>['method'];
  path: string;
  body?: unknown;
  answer?: Answer<T>;
}
export type Call = <T>(call: ApiCall<T>) => Promise<T>;

/** Settings to change: what is absent stays; `muted_until: null` mutes it no more. */
export interface SettingsChange {
  receipts?: ConversationSettings['receipts'];
  /** RFC 3339, UTC. */
  muted_until?: string | null;
}

/** At most one of `before`, `after` and `changed_after`. */
export interface HistoryPage {
  before?: string;
  after?: string;
  changed_after?: number;
  limit?: number;
}

/** Conversations and history over HTTP. Every method throws ChatError. */
export class ConversationsApi {
  constructor(private readonly call: Call) {}

  /** The user's conversations, newest activity first, with last message and unread count. */
  list(page: { after?: string; limit?: number } = {}): Promise<Conversations> {
    return this.call<Conversations>({
      method: 'GET',
      path: `/conversations${query(page)}`,
      answer: isConversations,
    });
  }

  /** Creates a group of which the user is the owner. `invited_ids` of the answer are asked first. */
  createGroup(title: string, memberIds: readonly string[]): Promise<ConversationResponse> {
    const body = { title, member_ids: memberIds };
    return this.call({ method: 'POST', path: '/conversations', body, answer: isConversation });
  }

  get(conversationId: string): Promise<ConversationResponse> {
    return this.call({ method: 'GET', path: path(conversationId), answer: isConversation });
  }

  /** Owners only. */
  async rename(conversationId: string, title: string): Promise<void> {
    await this.call({ method: 'PATCH', path: path(conversationId), body: { title } });
  }

  members(conversationId: string): Promise<Members> {
    return this.call({ method: 'GET', path: `${path(conversationId)}/members`, answer: isMembers });
  }

  /** Adds a member or changes a member's role. Owners only. Who has to be asked first is among the invited of `members`. */
  async putMember(conversationId: string, userId: string, role: Role = 'member'): Promise<void> {
    await this.call({ method: 'PUT', path: member(conversationId, userId), body: { role } });
  }

  /**
   * Removes a member or withdraws an invitation (owners only), or leaves where it is the user's own id: with `forGood` nobody
   * can invite them again.
   */
  async removeMember(conversationId: string, userId: string, forGood = false): Promise<void> {
    const how = forGood ? '?for_good=true' : '';
    await this.call({ method: 'DELETE', path: member(conversationId, userId) + how });
  }

  /**
   * Messages of a conversation in stored order: the newest, or those next to the message `before` or `after` names.
   * `more` says whether there are further ones in that direction. With `changed_after` those that were edited, deleted or
   * reacted to after this version of the conversation, in the order of their versions.
   */
  history(conversationId: string, page: HistoryPage = {}): Promise<History> {
    const at = `${path(conversationId)}/messages${query({ ...page })}`;
    return this.call<History>({ method: 'GET', path: at, answer: isHistory });
  }

  /** The user has read up to and including this message. */
  async markRead(conversationId: string, messageId: string): Promise<void> {
    await this.call({ method: 'PUT', path: `${path(conversationId)}/read`, body: { message_id: messageId } });
  }

  /** How many members received and read a message, in a conversation of any size; absent where the user keeps their own. */
  receipts(conversationId: string, messageId: string): Promise<ReceiptCountsResponse> {
    const at = `${path(conversationId)}/messages/${encodeURIComponent(messageId)}/receipts`;
    return this.call({ method: 'GET', path: at, answer: isReceiptCounts });
  }

  /** Changes how a conversation is to the user alone: what is absent stays. @returns all of the settings */
  changeSettings(conversationId: string, change: SettingsChange): Promise<ConversationSettings> {
    const at = `${path(conversationId)}/settings`;
    return this.call({ method: 'PATCH', path: at, body: change, answer: isSettings });
  }
}

function path(conversationId: string): string {
  return `/conversations/${encodeURIComponent(conversationId)}`;
}

function member(conversationId: string, userId: string): string {
  return `${path(conversationId)}/members/${encodeURIComponent(userId)}`;
}

function query(values: { [name: string]: string | number | undefined }): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
