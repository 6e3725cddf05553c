import { route, type Route } from '@chat-app/platform';
import type { Queryable } from '@chat-app/database';
import { PutMemberRequest, MemberPath, type Role } from '@chat-app/protocol';
import { changeAndTell, type Change } from './append-events';
import { lockGroup, requireOwner, type LockedGroup } from './lock-group';
import { requireRoomForGroup } from './limit-groups';
import { checkMembership } from './check-membership';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { admitUsers } from '../invitations/admit-users';
import { listInvited } from '../invitations/sql/list-invited';
import { putInvitations } from '../invitations/sql/put-invitations';
import { addMember } from './sql/add-member';
import { readTitle } from './sql/read-title';
import { setRole } from './sql/set-role';

/**
 * Adds a member to a group, or changes the role of one; who has to be asked first is invited (202). Owners only. Saying it
 * twice changes nothing.
 */
export function putMemberRoute(context: Context): Route {
  const { authentication, database } = context;
  return route({
    method: 'PUT',
    path: '/conversations/{conversation_id}/members/{user_id}',
    summary: 'Adds a member to a group, or changes the role of one.',
    access: 'user',
    params: MemberPath,
    body: PutMemberRequest,
    responses: { 202: null, 204: null },
    async handle({ caller, params, body }) {
      const { conversation_id: id, user_id: userId } = params;
      // Asked before the transaction, so that no lock waits for another service; and only for an owner.
      const { role } = await checkMembership(database, id, caller.userId);
      if (role === 'owner' && (await authentication.findUnknownUsers([userId])).length > 0) {
        throw refusal('unknown_user');
      }
      let isAsked = false;
      await changeAndTell(context, id, caller.userId, async (transaction, append) => {
        const put = await putMember(context, transaction, id, caller.userId, userId, body.role);
        isAsked = put.isAsked;
        await append(put.changes);
      });
      return { status: isAsked ? 202 : 204 };
    },
  });
}

/** What became of a user whom an owner wants in a group. */
interface Put {
  changes: Change[];
  isAsked: boolean;
}

async function putMember(
  context: Context,
  transaction: Queryable,
  conversationId: string,
  callerId: string,
  userId: string,
  role: Role,
): Promise<Put> {
  const group = await lockGroup(transaction, conversationId, callerId, userId);
  requireOwner(group);
  if (group.target_role === role) return { changes: [], isAsked: false };
  if (group.target_role === null) return addOrAsk(context, transaction, group, conversationId, callerId, userId, role);
  if (role === 'member' && group.owners === 1) throw refusal('last_owner');
  context.budgets.takeRows(callerId, group.members);
  await setRole(transaction, conversationId, userId, role);
  return { changes: [{ kind: 'conversation', roles: { [userId]: role } }], isAsked: false };
}

async function addOrAsk(
  { budgets, settings }: Context,
  transaction: Queryable,
  { members }: LockedGroup,
  conversationId: string,
  callerId: string,
  userId: string,
  role: Role,
): Promise<Put> {
  const waiting = await listInvited(transaction, conversationId);
  const isInvited = waiting.some(({ user_id }) => user_id === userId);
  if (isInvited) {
    await putInvitations(transaction, conversationId, callerId, role, [userId]);
    return { changes: [], isAsked: true };
  }
  if (members + waiting.length >= settings.maxMembers) throw refusal('group_full');
  return budgets.chargeInvitations(callerId, [userId], 1, async () => {
    const { invited } = await admitUsers(transaction, settings.invitations, conversationId, callerId, [userId]);
    if (invited.length > 0) {
      await putInvitations(transaction, conversationId, callerId, role, invited);
      const title = await readTitle(transaction, conversationId);
      return { changes: [{ kind: 'invited', user_id: userId, title, role }], isAsked: true };
    }
    await requireRoomForGroup(transaction, [userId], settings.maxGroups);
    await addMember(transaction, conversationId, userId, role);
    return { changes: [{ kind: 'joined', user_id: userId }], isAsked: false };
  });
}
