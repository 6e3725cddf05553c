import type { Queryable, Statement } from '@chat-app/database';

const FIND_MEMBERSHIP: Statement = {
  name: 'find_membership',
  text: `
select c.kind, m.role, m.settings, case when c.kind = 'direct' then coalesce(
    (select o.user_id from chat.members o where o.conversation_id = c.id and o.user_id <> m.user_id),
    m.user_id
  ) end as peer_id
from chat.members m join chat.conversations c on c.id = m.conversation_id
where m.conversation_id = $1 and m.user_id = $2`,
};

/** What a user is to a conversation. */
export interface Membership {
  kind: 'direct' | 'group';
  role: 'owner' | 'member';
  /** Settings that are not as by default. */
  settings: Record<string, unknown> | null;
  /** The other user of a direct conversation. */
  peer_id: string | null;
}

/** What a user is to a conversation; undefined where not a member. */
export async function findMembership(
  on: Queryable,
  conversationId: string,
  userId: string,
): Promise<Membership | undefined> {
  const [row] = await on.query<Membership>(FIND_MEMBERSHIP, [conversationId, userId]);
  return row;
}
