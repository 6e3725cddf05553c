import { route, type Route } from '@chat-app/platform';
import type { Queryable } from '@chat-app/database';
import { MemberPath } from '@chat-app/protocol';
import { changeAndTell } from './append-events';
import { lockGroup, requireOwner } from './lock-group';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { deleteMember } from './sql/remove-member';

/** Removes a member from a group (owners only); with the caller's own id, leaves it (anyone). */
export function removeMemberRoute(context: Context): Route {
  return route({
    method: 'DELETE',
    path: '/conversations/{conversation_id}/members/{user_id}',
    summary: 'Removes a member from a group; the caller, where it is their own id.',
    access: 'user',
    params: MemberPath,
    responses: { 204: null },
    async handle({ caller, params }) {
      const { conversation_id: id, user_id: userId } = params;
      await changeAndTell(context, id, caller.userId, async (transaction, append) => {
        if (userId === caller.userId) await checkLeaving(transaction, id, userId);
        else await checkRemoving(transaction, id, caller.userId, userId);
        await deleteMember(transaction, id, userId);
        await append([{ kind: 'left', user_id: userId }]);
      });
      return { status: 204 };
    },
  });
}

async function checkRemoving(
  transaction: Queryable,
  conversationId: string,
  callerId: string,
  userId: string,
): Promise<void> {
  const group = await lockGroup(transaction, conversationId, callerId, userId);
  requireOwner(group);
  if (group.target_role === null) throw refusal('unknown_user', 'The user is not a member.');
}

/** A group with members keeps an owner; the very last member may go. */
async function checkLeaving(transaction: Queryable, conversationId: string, userId: string): Promise<void> {
  const group = await lockGroup(transaction, conversationId, userId, userId);
  if (group.caller_role === 'owner' && group.owners === 1 && group.members > 1) throw refusal('last_owner');
}
