import type { Database } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import {
  ConversationResponse,
  ConversationsResponse,
  ListConversationsQuery,
  ConversationPath,
} from '@chat-app/protocol';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { toStoredMessage, type StoredMessageRow } from '../messages/message-row';
import { settingsOfMember } from './settings-of-member';
import type { ConversationRow } from './sql/describe-conversations';
import { findConversation } from './sql/find-conversation';
import { listConversations } from './sql/list-conversations';

/** `after` is the activity of the last conversation of the page before. Clients take it as it is. */
const PAGE_MARK = /^\d{1,18}$/;

/** A user's conversations by newest activity, and one by id. */
export function listConversationsRoutes({ database }: Context): Route[] {
  const list = route({
    method: 'GET',
    path: '/conversations',
    summary: 'The conversations of the caller, newest activity first.',
    access: 'user',
    query: ListConversationsQuery,
    responses: { 200: ConversationsResponse },
    async handle({ caller, query }) {
      const { after, limit } = query;
      if (after !== undefined && !PAGE_MARK.test(after)) throw refusal('invalid_request', 'after: not a page mark');
      const before = after === undefined ? undefined : Number(after);
      const rows = await listConversations(database, caller.userId, before, limit + 1);
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      const answer = {
        conversations: page.map(toConversation),
        ...(last !== undefined && { next: String(last.activity) }),
      };
      return { status: 200, body: answer };
    },
  });
  const read = route({
    method: 'GET',
    path: '/conversations/{conversation_id}',
    summary: 'One conversation of the caller.',
    access: 'user',
    params: ConversationPath,
    responses: { 200: ConversationResponse },
    handle: async ({ caller, params }) => ({
      status: 200,
      body: await readConversation(database, caller.userId, params.conversation_id),
    }),
  });
  return [list, read];
}

/** A conversation as one of its members sees it. @throws HttpError unknown_conversation */
export async function readConversation(
  database: Database,
  userId: string,
  conversationId: string,
): Promise<ConversationResponse> {
  const row = await findConversation(database, userId, conversationId);
  if (row === undefined) throw refusal('unknown_conversation');
  return toConversation(row);
}

function toConversation(row: ConversationRow): ConversationResponse {
  const last = lastMessage(row);
  return {
    conversation_id: row.id,
    kind: row.kind,
    ...(row.title !== null && { title: row.title }),
    ...(row.peer_id !== null && { recipient_id: row.peer_id }),
    role: row.role,
    ...(row.data !== null && { data: row.data }),
    created_at: row.created_at.toISOString(),
    unread_count: row.unread_count,
    unread_mention_count: row.unread_mention_count,
    settings: settingsOfMember(row.settings),
    ...(last !== undefined && { last_message: toStoredMessage(last) }),
  };
}

function lastMessage(row: ConversationRow): StoredMessageRow | undefined {
  const { last_number, last_id, last_sender_id, last_content, last_sent_at, last_stored_at } = row;
  if (last_id === null || last_sender_id === null || last_content === null) return undefined;
  if (last_number === null || last_sent_at === null || last_stored_at === null) return undefined;
  return {
    id: last_id,
    conversation_id: row.id,
    sender_id: last_sender_id,
    recipient_id: row.last_recipient_id,
    content: last_content,
    data: row.last_data,
    extra: row.last_extra,
    sent_at: last_sent_at,
    stored_at: last_stored_at,
    number: last_number,
    edited_at: row.last_edited_at,
    deleted_at: row.last_deleted_at,
    deleted_by: row.last_deleted_by,
    version: row.last_version,
    reactions: row.last_reactions,
  };
}
