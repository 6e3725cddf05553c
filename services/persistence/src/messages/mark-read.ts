import { route, type Route } from '@chat-app/platform';
import { ReadRequest, ConversationPath } from '@chat-app/protocol';
import { checkMembership } from '../conversations/check-membership';
import type { Context } from '../context';
import { findMessageNumber } from './list-messages';
import { MARK_READ } from './sql/mark-read';

/** Moves the caller's reading position of a conversation forward; what counts as unread follows from it. */
export function markReadRoute({ database }: Context): Route {
  return route({
    method: 'PUT',
    path: '/conversations/{conversation_id}/read',
    summary: 'The caller has read up to and including this message.',
    access: 'user',
    params: ConversationPath,
    body: ReadRequest,
    responses: { 204: null },
    async handle({ caller, params, body }) {
      const { conversation_id: conversation } = params;
      await checkMembership(database, conversation, caller.userId);
      const number = await findMessageNumber(database, conversation, body.message_id);
      await database.query(MARK_READ, [conversation, caller.userId, number]);
      return { status: 204 };
    },
  });
}
