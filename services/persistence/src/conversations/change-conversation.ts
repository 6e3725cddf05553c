import { route, type Route } from '@chat-app/platform';
import { ChangeConversationRequest, ConversationResponse, ConversationPath } from '@chat-app/protocol';
import { changeAndTell } from './append-events';
import { lockGroup, requireOwner } from './lock-group';
import type { Context } from '../context';
import { readConversation } from './list-conversations';
import { updateConversation } from './sql/update-conversation';

/** Gives a group another title or other data. Owners only; every member is told. */
export function changeConversationRoute(context: Context): Route {
  return route({
    method: 'PATCH',
    path: '/conversations/{conversation_id}',
    summary: 'Changes the title or the data of a group.',
    access: 'user',
    params: ConversationPath,
    body: ChangeConversationRequest,
    responses: { 200: ConversationResponse },
    async handle({ caller, params: { conversation_id: id }, body: { title, data } }) {
      await changeAndTell(context, id, caller.userId, async (transaction, append) => {
        const group = await lockGroup(transaction, id, caller.userId, caller.userId);
        requireOwner(group);
        context.budgets.takeRows(caller.userId, group.members);
        await updateConversation(transaction, id, { title, data });
        await append([
          {
            kind: 'conversation',
            ...(title !== undefined && { title }),
            ...(data !== undefined && { data: data ?? {} }),
          },
        ]);
      });
      return { status: 200, body: await readConversation(context.database, caller.userId, id) };
    },
  });
}
