import { route, type Route } from '@chat-app/platform';
import { MessagePath, ReceiptCountsResponse } from '@chat-app/protocol';
import { checkMembership } from '../conversations/check-membership';
import type { Context } from '../context';
import { refuseUnknown } from '../messages/refuse-unknown';
import { countReceipts } from './sql/count-receipts';

/** How many received and read a message, in a conversation of any size. Whoever keeps their own receipts is told no numbers. */
export function countReceiptsRoute({ database }: Context): Route {
  return route({
    method: 'GET',
    path: '/conversations/{conversation_id}/messages/{message_id}/receipts',
    summary: 'How many members received and read a message.',
    access: 'user',
    params: MessagePath,
    responses: { 200: ReceiptCountsResponse },
    async handle({ caller, params: { conversation_id: id, message_id: messageId } }) {
      const { settings } = await checkMembership(database, id, caller.userId);
      const counts = await countReceipts(database, id, messageId);
      if (counts === undefined) throw await refuseUnknown(database, id);
      return { status: 200, body: settings?.['receipts'] === 'off' ? {} : counts };
    },
  });
}
