import type { Statement } from '@chat-app/database';

/** What a user is to a conversation; no row where not a member. `peer_id` is the other user of a direct one. */
export const FIND_MEMBERSHIP: Statement = {
  name: 'find_membership',
  text: `
select c.kind, m.role, case when c.kind = 'direct' then coalesce(
    (select o.user_id from chat.members o where o.conversation_id = c.id and o.user_id <> m.user_id),
    m.user_id
  ) end as peer_id
from chat.members m join chat.conversations c on c.id = m.conversation_id
where m.conversation_id = $1 and m.user_id = $2`,
};

export interface FindMembershipRow {
  kind: 'direct' | 'group';
  role: 'owner' | 'member';
  peer_id: string | null;
}
