import { route, type Route } from '@chat-app/platform';
import type { Queryable } from '@chat-app/database';
import { ConversationPath, ConversationResponse, InvitationsResponse } from '@chat-app/protocol';
import { changeAndTell } from '../conversations/append-events';
import { requireRoomForGroup } from '../conversations/limit-groups';
import { readConversation } from '../conversations/list-conversations';
import { addMember } from '../conversations/sql/add-member';
import { lockConversation } from '../conversations/sql/lock-group';
import { readRoles } from '../conversations/sql/read-roles';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { answerInviter } from './answer-inviter';
import { declineInvitation } from './sql/decline-invitation';
import { listInvitations } from './sql/list-invitations';
import { takeInvitation } from './sql/take-invitation';

/** What the caller is invited to, and their answer. Until they accept nothing of the group reaches them. */
export function invitationRoutes(context: Context): Route[] {
  const { budgets, database } = context;
  const list = route({
    method: 'GET',
    path: '/invitations',
    summary: 'The groups to which the caller is invited, the newest first.',
    access: 'user',
    responses: { 200: InvitationsResponse },
    async handle({ caller }) {
      const rows = await listInvitations(database, caller.userId);
      return { status: 200, body: { invitations: rows.map(answerInviter) } };
    },
  });
  const accept = route({
    method: 'POST',
    path: '/invitations/{conversation_id}/accept',
    summary: 'The caller is in the group from now on.',
    access: 'user',
    params: ConversationPath,
    responses: { 200: ConversationResponse },
    async handle({ caller: { userId }, params: { conversation_id: id } }) {
      budgets.takeRows(userId, 1);
      await changeAndTell(context, id, userId, async (transaction, append) => {
        await join(context, transaction, id, userId);
        await append([{ kind: 'joined', user_id: userId }]);
      });
      return { status: 200, body: await readConversation(database, userId, id) };
    },
  });
  const decline = route({
    method: 'POST',
    path: '/invitations/{conversation_id}/decline',
    summary: 'The caller does not want to be in the group.',
    access: 'user',
    params: ConversationPath,
    responses: { 204: null },
    async handle({ caller: { userId }, params: { conversation_id: id } }) {
      budgets.takeRows(userId, 1);
      await changeAndTell(context, id, userId, async (transaction, append) => {
        await lockConversation(transaction, id);
        if (!(await declineInvitation(transaction, id, userId))) throw refusal('unknown_invitation');
        await append([{ kind: 'uninvited', user_id: userId }]);
      });
      return { status: 204 };
    },
  });
  return [list, accept, decline];
}

/** @throws HttpError unknown_invitation, group_full, too_many_groups */
async function join({ settings }: Context, transaction: Queryable, id: string, userId: string): Promise<void> {
  await lockConversation(transaction, id);
  const role = await takeInvitation(transaction, id, userId);
  const group = await readRoles(transaction, id, userId, userId);
  // A group that all have left is no more.
  if (role === undefined || group.members === 0) throw refusal('unknown_invitation');
  if (group.members >= settings.maxMembers) throw refusal('group_full');
  await requireRoomForGroup(transaction, [userId], settings.maxGroups);
  await addMember(transaction, id, userId, role);
}
