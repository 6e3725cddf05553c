import type { Statement } from '@chat-app/database';

/** Newest entry number of each of these inboxes. */
export const READ_HEADS: Statement = {
  name: 'read_heads',
  text: `
select user_id, last_seq from chat.inbox_heads where user_id = any ($1::uuid[])`,
};

export interface ReadHeadsRow {
  user_id: string;
  last_seq: number;
}
