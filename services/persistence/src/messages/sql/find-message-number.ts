import type { Queryable, Statement } from '@chat-app/database';

const FIND_MESSAGE_NUMBER: Statement = {
  name: 'find_message_number',
  text: `
select number from chat.messages where id = $2 and conversation_id = $1`,
};

/** Number of a message of this conversation; undefined where there is none such. */
export async function findMessageNumber(
  on: Queryable,
  conversationId: string,
  messageId: string,
): Promise<number | undefined> {
  const [row] = await on.query<{ number: number }>(FIND_MESSAGE_NUMBER, [conversationId, messageId]);
  return row?.number;
}
