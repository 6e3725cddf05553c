import type { Queryable, Statement } from '@chat-app/database';

const LIST_MEMBERS: Statement = {
  name: 'list_members',
  text: `
select user_id, role, joined_at from chat.members where conversation_id = $1 order by joined_at, user_id`,
};

/** A member of a conversation. */
export interface Member {
  user_id: string;
  role: 'owner' | 'member';
  joined_at: Date;
}

/** The members of a conversation, the longest-standing first. */
export function listMembers(on: Queryable, conversationId: string): Promise<Member[]> {
  return on.query<Member>(LIST_MEMBERS, [conversationId]);
}
