import type { Queryable } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { HistoryQuery, HistoryResponse, ConversationPath } from '@chat-app/protocol';
import { checkMembership } from '../conversations/check-membership';
import type { Context } from '../context';
import { findExpiredBefore } from './sql/find-expired-before';
import { toStoredMessage, type StoredMessageRow } from './message-row';
import { findVersion, listChangedMessages } from './sql/list-changed-messages';
import { findMessageNumber } from './sql/find-message-number';
import { listMessagesAfter } from './sql/list-messages-after';
import { listMessagesBefore } from './sql/list-messages-before';
import { refuseUnknown } from './refuse-unknown';

/** History of a conversation, for its members: the newest messages, those before or after one of them, or those that changed. */
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
      // Before the messages: they may be newer than it, never older.
      const version = await findVersion(database, conversation);
      // One more than asked for tells whether there are more.
      const rows = await listMessages(database, conversation, query, query.limit + 1, caller.userId);
      const messages = rows.slice(0, query.limit).map(toStoredMessage);
      if (query.after === undefined && query.changed_after === undefined) messages.reverse();
      const more = rows.length > query.limit;
      const last = query.changed_after === undefined ? undefined : messages.at(-1)?.version;
      const reached = more ? last : Math.max(version, last ?? 0, query.changed_after ?? 0);
      const isBeginning = !more && query.after === undefined && query.changed_after === undefined;
      const expired = isBeginning ? await findExpiredBefore(database, conversation) : undefined;
      return {
        status: 200,
        body: {
          messages,
          more,
          version: reached ?? version,
          ...(expired !== undefined && { expired_before: expired.toISOString() }),
        },
      };
    },
  });
}

/**
 * In the order of their versions where changes are asked for, oldest first after a message, else newest first.
 * @throws HttpError unknown_message, message_expired
 */
async function listMessages(
  database: Queryable,
  conversationId: string,
  { before, after, changed_after: version }: HistoryQuery,
  limit: number,
  callerId: string,
): Promise<StoredMessageRow[]> {
  if (version !== undefined) return listChangedMessages(database, conversationId, version, limit, callerId);
  const mark = before ?? after;
  if (mark === undefined) return listMessagesBefore(database, conversationId, undefined, limit, callerId);
  const number = await findMessageNumber(database, conversationId, mark);
  if (number === undefined) throw await refuseUnknown(database, conversationId);
  const list = after === undefined ? listMessagesBefore : listMessagesAfter;
  return list(database, conversationId, number, limit, callerId);
}
