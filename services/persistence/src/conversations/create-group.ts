import { route, type Route } from '@chat-app/platform';
import { ConversationResponse, CreateGroupRequest, newId } from '@chat-app/protocol';
import { changeAndTell } from './append-events';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { requireRoomForGroup } from './limit-groups';
import { readConversation } from './list-conversations';
import { insertGroup } from './sql/create-group';

/** Creates a group; the caller becomes its owner, the others its members. Each finds `joined` in their inbox. */
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
      await budgets.chargeInvitations(caller.userId, memberIds, memberIds.length + 1, () =>
        changeAndTell(context, id, caller.userId, async (transaction, append) => {
          await requireRoomForGroup(transaction, [caller.userId, ...memberIds], settings.maxGroups);
          await insertGroup(transaction, { id, title, data, ownerId: caller.userId, memberIds });
          await append([caller.userId, ...memberIds].map((user_id) => ({ kind: 'joined', user_id })));
        }),
      );
      return { status: 201, body: await readConversation(database, caller.userId, id) };
    },
  });
}
