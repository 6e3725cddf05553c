import type { Queryable } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { MemberPath, type MembershipEnvelope } from '@chat-app/protocol';
import { announceChange, appendMembershipEntries, lockGroup, requireOwner } from './lock-group';
import { refusal, type Context } from '../context';
import { REMOVE_MEMBER } from './sql/remove-member';

/** Removes a member from a group (owners only); with the caller's own id, leaves it (anyone). */
export function removeMemberRoute(context: Context): Route {
  const { database } = context;
  return route({
    method: 'DELETE',
    path: '/conversations/{conversation_id}/members/{user_id}',
    summary: 'Removes a member from a group; the caller, where it is their own id.',
    access: 'user',
    params: MemberPath,
    responses: { 204: null },
    async handle({ caller, params }) {
      const { conversation_id: id, user_id: userId } = params;
      const entered = await database.transaction((transaction) =>
        userId === caller.userId
          ? leaveGroup(transaction, id, userId)
          : removeMember(transaction, id, caller.userId, userId),
      );
      await announceChange(context, entered);
      return { status: 204 };
    },
  });
}

async function removeMember(
  transaction: Queryable,
  conversationId: string,
  callerId: string,
  userId: string,
): Promise<readonly MembershipEnvelope[]> {
  const group = await lockGroup(transaction, conversationId, callerId, userId);
  requireOwner(group);
  if (group.target_role === null) throw refusal('unknown_user', 'The user is not a member.');
  await transaction.query(REMOVE_MEMBER, [conversationId, userId]);
  return appendMembershipEntries(transaction, conversationId, 'left', [userId]);
}

/** A group with members keeps an owner; the very last member may go. */
async function leaveGroup(
  transaction: Queryable,
  conversationId: string,
  userId: string,
): Promise<readonly MembershipEnvelope[]> {
  const group = await lockGroup(transaction, conversationId, userId, userId);
  if (group.caller_role === 'owner' && group.owners === 1 && group.members > 1) throw refusal('last_owner');
  await transaction.query(REMOVE_MEMBER, [conversationId, userId]);
  return appendMembershipEntries(transaction, conversationId, 'left', [userId]);
}
