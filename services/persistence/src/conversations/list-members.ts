import { route, type Route } from '@chat-app/platform';
import { MembersResponse, ConversationPath } from '@chat-app/protocol';
import { checkMembership } from './check-membership';
import type { Context } from '../context';
import { listMembers } from './sql/list-members';

/** Who is in a conversation, for its members. */
export function listMembersRoute({ database }: Context): Route {
  return route({
    method: 'GET',
    path: '/conversations/{conversation_id}/members',
    summary: 'The members of a conversation.',
    access: 'user',
    params: ConversationPath,
    responses: { 200: MembersResponse },
    async handle({ caller, params }) {
      await checkMembership(database, params.conversation_id, caller.userId);
      const rows = await listMembers(database, params.conversation_id);
      const members = rows.map((row) => ({ ...row, joined_at: row.joined_at.toISOString() }));
      return { status: 200, body: { members } };
    },
  });
}
