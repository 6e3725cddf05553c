import { route, type Route } from '@chat-app/platform';
import type { Queryable } from '@chat-app/database';
import { MemberPath, RemoveMemberQuery } from '@chat-app/protocol';
import { changeAndTell, type Change } from './append-events';
import { lockGroup, requireOwner } from './lock-group';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { closeDeclinedInvitation } from '../invitations/sql/close-declined-invitation';
import { recordDeparture } from '../invitations/sql/record-departure';
import { withdrawInvitations } from '../invitations/sql/withdraw-invitations';
import { deleteMember } from './sql/remove-member';

/**
 * Removes a member from a group, or withdraws the invitation of one who has not accepted it (owners only); with the caller's own
 * id, leaves it (anyone): who left comes back only by accepting an invitation, who left for good not by one either.
 */
export function removeMemberRoute(context: Context): Route {
  return route({
    method: 'DELETE',
    path: '/conversations/{conversation_id}/members/{user_id}',
    summary: 'Removes a member from a group; the caller, where it is their own id.',
    access: 'user',
    params: MemberPath,
    query: RemoveMemberQuery,
    responses: { 204: null },
    async handle({ caller, params, query }) {
      const { conversation_id: id, user_id: userId } = params;
      await changeAndTell(context, id, caller.userId, async (transaction, append) => {
        if (userId === caller.userId) await append(await leave(context, transaction, id, userId, query.for_good));
        else await append(await remove(transaction, id, caller.userId, userId));
      });
      return { status: 204 };
    },
  });
}

async function remove(
  transaction: Queryable,
  conversationId: string,
  callerId: string,
  userId: string,
): Promise<Change[]> {
  const group = await lockGroup(transaction, conversationId, callerId, userId);
  requireOwner(group);
  if (group.target_role === null) {
    const [withdrawn] = await withdrawInvitations(transaction, conversationId, userId);
    if (withdrawn !== undefined) return [{ kind: 'uninvited', user_id: userId }];
    // Its user was told when they declined.
    if (await closeDeclinedInvitation(transaction, conversationId, userId)) return [];
    throw refusal('unknown_user', 'The user is not a member.');
  }
  await deleteMember(transaction, conversationId, userId);
  return [{ kind: 'left', user_id: userId }];
}

/** A group with members keeps an owner; the very last member may go, and all that was asked in its name is over. */
async function leave(
  { budgets }: Context,
  transaction: Queryable,
  conversationId: string,
  userId: string,
  forGood: boolean,
): Promise<Change[]> {
  const group = await lockGroup(transaction, conversationId, userId, userId);
  if (group.caller_role === 'owner' && group.owners === 1 && group.members > 1) throw refusal('last_owner');
  await deleteMember(transaction, conversationId, userId);
  await recordDeparture(transaction, conversationId, userId, forGood);
  const over = group.members > 1 ? [] : await withdrawInvitations(transaction, conversationId, undefined);
  if (over.length > 0) budgets.takeRows(userId, over.length);
  return [{ kind: 'left', user_id: userId }, ...over.map((user_id) => ({ kind: 'uninvited' as const, user_id }))];
}
