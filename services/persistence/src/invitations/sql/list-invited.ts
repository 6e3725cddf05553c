import type { Queryable, Statement } from '@chat-app/database';

const LIST_INVITED: Statement = {
  name: 'list_invited',
  text: `
select user_id, role, inviter_id, at from chat.invitations
where conversation_id = $1 and declined_at is null order by at, user_id`,
};

/** Somebody who was invited to a group. */
export interface Invited {
  user_id: string;
  role: 'owner' | 'member';
  inviter_id: string;
  at: Date;
}

/** Whose answer a group waits for, the longest first. */
export function listInvited(on: Queryable, conversationId: string): Promise<Invited[]> {
  return on.query<Invited>(LIST_INVITED, [conversationId]);
}
