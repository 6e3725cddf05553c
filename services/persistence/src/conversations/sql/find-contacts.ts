import type { Queryable, Statement } from '@chat-app/database';

const FIND_CONTACTS: Statement = {
  name: 'find_contacts',
  text: `
select distinct o.user_id, coalesce(s.is_hidden, false) as hides_last_seen
from chat.members o
  join chat.members m on m.conversation_id = o.conversation_id
  left join chat.last_seen s on s.user_id = o.user_id
where o.user_id = any ($2::uuid[]) and m.user_id = $1 and o.user_id <> $1
  and not exists (select from chat.blocks b where b.user_id = $1 and b.blocked_id = o.user_id)
  and not exists (select from chat.blocks b where b.user_id = o.user_id and b.blocked_id = $1)`,
};

/** Those of these users with whom this one is in a conversation, while neither blocks the other, and who hides when they were here. */
export function findContacts(
  on: Queryable,
  userId: string,
  userIds: readonly string[],
): Promise<readonly { user_id: string; hides_last_seen: boolean }[]> {
  return on.query(FIND_CONTACTS, [userId, userIds]);
}
