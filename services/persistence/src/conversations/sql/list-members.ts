import type { Statement } from '@chat-app/database';

/** Members, the longest-standing first. */
export const LIST_MEMBERS: Statement = {
  name: 'list_members',
  text: `
select user_id, role, joined_at from chat.members where conversation_id = $1 order by joined_at, user_id`,
};

export interface ListMembersRow {
  user_id: string;
  role: 'owner' | 'member';
  joined_at: Date;
}
