import type { Queryable } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { HistoryQuery, HistoryResponse, ConversationPath } from '@chat-app/protocol';
import { checkMembership } from '../conversations/check-membership';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { toStoredMessage, type StoredMessageRow } from './message-row';
import { findMessageNumber } from './sql/find-message-number';
import { listMessagesAfter } from './sql/list-messages-after';
import { listMessagesBefore } from './sql/list-messages-before';

/** History of a conversation, for its members: the newest messages, or those before or after one of them. */
export function listMessagesRoute({ database }: Context): Route {
  return route({
    method: 'GET',
    path: '/conversations/{conversation_id}/messages',
    summary: 'Messages of a conversation, in the order they were stored.',
    access: 'user',
    params: ConversationPath,
    query: HistoryQuery,
    responses: { 200: HistoryResponse },
    async handle({ caller, params, query }) {
      const { conversation_id: conversation } = params;
      await checkMembership(database, conversation, caller.userId);
      // One more than asked for tells whether there are more.
      const rows = await listMessages(database, conversation, query, query.limit + 1);
      const messages = rows.slice(0, query.limit).map(toStoredMessage);
      if (query.after === undefined) messages.reverse();
      const answer = { messages, more: rows.length > query.limit };
      return { status: 200, body: answer };
    },
  });
}

/** Oldest first after a message, else newest first. @throws HttpError unknown_message */
async function listMessages(
  database: Queryable,
  conversationId: string,
  { before, after }: { before?: string | undefined; after?: string | undefined },
  limit: number,
): Promise<StoredMessageRow[]> {
  const mark = before ?? after;
  if (mark === undefined) return listMessagesBefore(database, conversationId, undefined, limit);
  const number = await findMessageNumber(database, conversationId, mark);
  if (number === undefined) throw refusal('unknown_message');
  return (after === undefined ? listMessagesBefore : listMessagesAfter)(database, conversationId, number, limit);
}
