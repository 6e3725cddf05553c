import type { Queryable, Statement } from '@chat-app/database';

const REMOVE_BLOCK: Statement = {
  name: 'remove_block',
  text: `
delete from chat.blocks where user_id = $1 and blocked_id = $2 returning 1`,
};

/** Takes a block away; whether there was one. */
export async function removeBlock(on: Queryable, userId: string, blockedId: string): Promise<boolean> {
  return (await on.query(REMOVE_BLOCK, [userId, blockedId])).length > 0;
}
