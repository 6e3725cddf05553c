import { route, type Route } from '@chat-app/platform';
import { ConversationResponse, CreateGroupRequest, newId } from '@chat-app/protocol';
import { announceChange, appendMembershipEntries } from './lock-group';
import { refusal, type Context } from '../context';
import { readConversation } from './list-conversations';
import { CREATE_GROUP } from './sql/create-group';

/** Creates a group; the caller becomes its owner, the others its members. Each finds `joined` in their inbox. */
export function createGroupRoute(context: Context): Route {
  const { authentication, database } = context;
  return route({
    method: 'POST',
    path: '/conversations',
    summary: 'Creates a group that the caller owns.',
    access: 'user',
    body: CreateGroupRequest,
    responses: { 201: ConversationResponse },
    async handle({ caller, body }) {
      const memberIds = [...new Set(body.member_ids)].filter((userId) => userId !== caller.userId);
      const unknown = memberIds.length === 0 ? [] : await authentication.findUnknownUsers(memberIds);
      if (unknown.length > 0) throw refusal('unknown_user', `member_ids: unknown ${unknown.slice(0, 3).join(', ')}`);
      const id = newId();
      const entered = await database.transaction(async (transaction) => {
        await transaction.query(CREATE_GROUP, [id, body.title, caller.userId, memberIds]);
        return appendMembershipEntries(transaction, id, 'joined', [caller.userId, ...memberIds]);
      });
      await announceChange(context, entered);
      return { status: 201, body: await readConversation(database, caller.userId, id) };
    },
  });
}
