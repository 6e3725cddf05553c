import { route, type Route } from '@chat-app/platform';
import { ConversationResponse, RenameRequest, ConversationPath } from '@chat-app/protocol';
import { lockGroup, requireOwner } from './lock-group';
import type { Context } from '../context';
import { readConversation } from './list-conversations';
import { RENAME_GROUP } from './sql/rename-group';

/** Gives a group another title. Owners only. */
export function renameGroupRoute({ database }: Context): Route {
  return route({
    method: 'PATCH',
    path: '/conversations/{conversation_id}',
    summary: 'Gives a group another title.',
    access: 'user',
    params: ConversationPath,
    body: RenameRequest,
    responses: { 200: ConversationResponse },
    async handle({ caller, params, body }) {
      const { conversation_id: id } = params;
      await database.transaction(async (transaction) => {
        requireOwner(await lockGroup(transaction, id, caller.userId, caller.userId));
        await transaction.query(RENAME_GROUP, [id, body.title]);
      });
      return { status: 200, body: await readConversation(database, caller.userId, id) };
    },
  });
}
