import { route, type Route } from '@chat-app/platform';
import { ConversationResponse, CreateGroupRequest, newId } from '@chat-app/protocol';
import { changeAndTell } from './append-events';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { admitUsers, type Admission } from '../invitations/admit-users';
import { putInvitations } from '../invitations/sql/put-invitations';
import { requireRoomForGroup } from './limit-groups';
import { readConversation } from './list-conversations';
import { insertGroup } from './sql/create-group';

/**
 * Creates a group; the caller becomes its owner. The others are its members, who find `joined` in their inbox, or are asked
 * first: they find `invited`.
 */
export function createGroupRoute(context: Context): Route {
  const { authentication, database, budgets, settings } = context;
  return route({
    method: 'POST',
    path: '/conversations',
    summary: 'Creates a group that the caller owns.',
    access: 'user',
    body: CreateGroupRequest,
    responses: { 201: ConversationResponse },
    async handle({ caller, body: { title, data, member_ids } }) {
      const memberIds = [...new Set(member_ids)].filter((userId) => userId !== caller.userId);
      const unknown = memberIds.length === 0 ? [] : await authentication.findUnknownUsers(memberIds);
      if (unknown.length > 0) throw refusal('unknown_user', `member_ids: unknown ${unknown.slice(0, 3).join(', ')}`);
      if (memberIds.length >= settings.maxMembers) {
        throw refusal('group_full', `A group has at most ${settings.maxMembers} members.`);
      }
      const id = newId();
      let admission: Admission = { atOnce: [], invited: [] };
      await budgets.chargeInvitations(caller.userId, memberIds, memberIds.length + 1, () =>
        changeAndTell(context, id, caller.userId, async (transaction, append) => {
          admission = await admitUsers(transaction, settings.invitations, id, caller.userId, memberIds);
          const { atOnce, invited } = admission;
          const joined = [caller.userId, ...atOnce];
          await requireRoomForGroup(transaction, joined, settings.maxGroups);
          await insertGroup(transaction, { id, title, data, ownerId: caller.userId, memberIds: atOnce });
          await putInvitations(transaction, id, caller.userId, 'member', invited);
          await append([
            ...joined.map((user_id) => ({ kind: 'joined' as const, user_id })),
            ...invited.map((user_id) => ({ kind: 'invited' as const, user_id, title, role: 'member' })),
          ]);
        }),
      );
      const { invited } = admission;
      const group = await readConversation(database, caller.userId, id);
      return { status: 201, body: { ...group, ...(invited.length > 0 && { invited_ids: invited }) } };
    },
  });
}
