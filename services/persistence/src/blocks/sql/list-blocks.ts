import type { Queryable, Statement } from '@chat-app/database';

const LIST_BLOCKS: Statement = {
  name: 'list_blocks',
  text: `
select blocked_id as user_id, at from chat.blocks where user_id = $1 order by at desc, blocked_id`,
};

/** Whom a user blocks. */
export interface Block {
  user_id: string;
  at: Date;
}

/** Whom a user blocks, the newest first: as many as a user may block at most. */
export function listBlocks(on: Queryable, userId: string): Promise<Block[]> {
  return on.query<Block>(LIST_BLOCKS, [userId]);
}
