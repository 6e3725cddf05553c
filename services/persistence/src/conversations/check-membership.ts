import type { Queryable } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { MembershipResponse, MemberPath } from '@chat-app/protocol';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { countMembers } from './sql/count-members';
import { findMembership, type Membership } from './sql/find-membership';

/**
 * What a user is to a conversation. Whoever is not a member is told the same as for a conversation that does not exist.
 * @throws HttpError unknown_conversation
 */
export async function checkMembership(
  database: Queryable,
  conversationId: string,
  userId: string,
): Promise<Membership> {
  const membership = await findMembership(database, conversationId, userId);
  if (membership === undefined) throw refusal('unknown_conversation');
  return membership;
}

/** The same for websocket pods, which ask before they accept a message. */
export function checkMembershipRoute({ database }: Context): Route {
  return route({
    method: 'GET',
    path: '/internal/conversations/{conversation_id}/members/{user_id}',
    summary: 'Whether a user is a member of a conversation.',
    access: 'internal',
    params: MemberPath,
    responses: { 200: MembershipResponse },
    async handle({ params }) {
      const { kind, peer_id } = await checkMembership(database, params.conversation_id, params.user_id);
      const members = kind === 'group' ? await countMembers(database, params.conversation_id) : undefined;
      const answer: MembershipResponse = {
        conversation_id: params.conversation_id,
        kind,
        ...(peer_id !== null && { recipient_id: peer_id }),
        ...(members !== undefined && { members }),
      };
      return { status: 200, body: answer };
    },
  });
}
