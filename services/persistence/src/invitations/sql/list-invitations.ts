import type { Queryable, Statement } from '@chat-app/database';

const LIST_INVITATIONS: Statement = {
  name: 'list_invitations',
  text: `
select i.conversation_id, c.title, i.role, i.inviter_id, i.at,
  (select count(*)::integer from chat.members m where m.conversation_id = i.conversation_id) as members
from chat.invitations i join chat.conversations c on c.id = i.conversation_id
where i.user_id = $1 and i.declined_at is null
order by i.at desc, i.conversation_id`,
};

/** An invitation as its user sees it. */
export interface Invitation {
  conversation_id: string;
  title: string;
  role: 'owner' | 'member';
  inviter_id: string;
  at: Date;
  members: number;
}

/** To which groups a user is invited, the newest first: as many as may wait at most. */
export function listInvitations(on: Queryable, userId: string): Promise<Invitation[]> {
  return on.query<Invitation>(LIST_INVITATIONS, [userId]);
}
