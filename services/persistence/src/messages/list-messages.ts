import type { Database } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { HistoryQuery, HistoryResponse, ConversationPath } from '@chat-app/protocol';
import { checkMembership } from '../conversations/check-membership';
import { refusal, type Context } from '../context';
import { toStoredMessage, type StoredMessageRow } from './message-row';
import { FIND_MESSAGE_NUMBER, type FindMessageNumberRow } from './sql/find-message-number';
import { LIST_MESSAGES_AFTER } from './sql/list-messages-after';
import { LIST_MESSAGES_BEFORE } from './sql/list-messages-before';

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
      const mark = query.before ?? query.after;
      const number = mark === undefined ? null : await findMessageNumber(database, conversation, mark);
      const statement = query.after === undefined ? LIST_MESSAGES_BEFORE : LIST_MESSAGES_AFTER;
      // One more than asked for tells whether there are more.
      const rows = await database.query<StoredMessageRow>(statement, [conversation, number, query.limit + 1]);
      const messages = rows.slice(0, query.limit).map(toStoredMessage);
      if (query.after === undefined) messages.reverse();
      const answer = { messages, more: rows.length > query.limit };
      return { status: 200, body: answer };
    },
  });
}

/** The number of a message within its conversation. @throws HttpError unknown_message */
export async function findMessageNumber(
  database: Database,
  conversationId: string,
  messageId: string,
): Promise<number> {
  const [row] = await database.query<FindMessageNumberRow>(FIND_MESSAGE_NUMBER, [conversationId, messageId]);
  if (row === undefined) throw refusal('unknown_message');
  return row.number;
}
