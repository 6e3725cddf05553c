import { route, type Route } from '@chat-app/platform';
import type { Queryable } from '@chat-app/database';
import { PutMemberRequest, MemberPath, type Role } from '@chat-app/protocol';
import { changeAndTell, type Change } from './append-events';
import { lockGroup, requireOwner } from './lock-group';
import { requireRoomForGroup } from './limit-groups';
import { checkMembership } from './check-membership';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { addMember } from './sql/add-member';
import { setRole } from './sql/set-role';

/** Adds a member to a group, or changes the role of one. Owners only. Saying it twice changes nothing. */
export function putMemberRoute(context: Context): Route {
  const { authentication, database } = context;
  return route({
    method: 'PUT',
    path: '/conversations/{conversation_id}/members/{user_id}',
    summary: 'Adds a member to a group, or changes the role of one.',
    access: 'user',
    params: MemberPath,
    body: PutMemberRequest,
    responses: { 204: null },
    async handle({ caller, params, body }) {
      const { conversation_id: id, user_id: userId } = params;
      // Asked before the transaction, so that no lock waits for another service; and only for an owner.
      const { role } = await checkMembership(database, id, caller.userId);
      if (role === 'owner' && (await authentication.findUnknownUsers([userId])).length > 0) {
        throw refusal('unknown_user');
      }
      await changeAndTell(context, id, caller.userId, async (transaction, append) => {
        await append(await putMember(context, transaction, id, caller.userId, userId, body.role));
      });
      return { status: 204 };
    },
  });
}

async function putMember(
  { budgets, settings }: Context,
  transaction: Queryable,
  conversationId: string,
  callerId: string,
  userId: string,
  role: Role,
): Promise<Change[]> {
  const group = await lockGroup(transaction, conversationId, callerId, userId);
  requireOwner(group);
  if (group.target_role === role) return [];
  if (group.target_role === null) {
    if (group.members >= settings.maxMembers) throw refusal('group_full');
    await budgets.chargeInvitations(callerId, [userId], 1, async () => {
      await requireRoomForGroup(transaction, [userId], settings.maxGroups);
      await addMember(transaction, conversationId, userId, role);
    });
    return [{ kind: 'joined', user_id: userId }];
  }
  if (role === 'member' && group.owners === 1) throw refusal('last_owner');
  budgets.takeRows(callerId, group.members);
  await setRole(transaction, conversationId, userId, role);
  return [{ kind: 'conversation', roles: { [userId]: role } }];
}
