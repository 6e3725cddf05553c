import type { Queryable, Statement } from '@chat-app/database';

/** No row where it is there already. */
const PUT_BLOCK: Statement = {
  name: 'put_block',
  text: `
insert into chat.blocks (user_id, blocked_id, conversation_id)
select $1::uuid, $2::uuid, $3::uuid
on conflict do nothing
returning 1`,
};

/** Puts a block; whether it was not there before. */
export async function putBlock(
  on: Queryable,
  userId: string,
  blockedId: string,
  conversationId: string,
): Promise<boolean> {
  return (await on.query(PUT_BLOCK, [userId, blockedId, conversationId])).length > 0;
}
