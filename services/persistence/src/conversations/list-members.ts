import { route, type Route } from '@chat-app/platform';
import { MembersResponse, ConversationPath } from '@chat-app/protocol';
import { receiptOf } from '../receipts/receipt-of';
import { checkMembership } from './check-membership';
import type { Context } from '../context';
import { answerInviter } from '../invitations/answer-inviter';
import { listInvited } from '../invitations/sql/list-invited';
import { listMembers } from './sql/list-members';

/** Who is in a conversation, how far they came, and who was asked to be, for its members. */
export function listMembersRoute({ database }: Context): Route {
  return route({
    method: 'GET',
    path: '/conversations/{conversation_id}/members',
    summary: 'The members of a conversation, and how far they came.',
    access: 'user',
    params: ConversationPath,
    responses: { 200: MembersResponse },
    async handle({ caller, params }) {
      await checkMembership(database, params.conversation_id, caller.userId);
      const [rows, waiting] = await Promise.all([
        listMembers(database, params.conversation_id, caller.userId),
        listInvited(database, params.conversation_id),
      ]);
      const members = rows.map((row) => ({
        ...receiptOf(row),
        role: row.role,
        joined_at: row.joined_at.toISOString(),
      }));
      const invited = waiting.map(answerInviter);
      return { status: 200, body: { members, ...(invited.length > 0 && { invited }) } };
    },
  });
}
