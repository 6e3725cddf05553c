import type { Queryable, Statement } from '@chat-app/database';

const INSPECT_CONVERSATION: Statement = {
  name: 'inspect_conversation',
  text: `
select c.id as conversation_id, c.kind, case when $2::boolean then c.title end as title, c.created_at,
  (select count(*)::integer from chat.members m where m.conversation_id = c.id) as member_count,
  (
    select coalesce(jsonb_agg(jsonb_build_object('user_id', m.user_id, 'role', m.role, 'joined_at', m.joined_at)), '[]'::jsonb)
    from (select * from chat.members where conversation_id = c.id order by joined_at limit 50) m
  ) as members,
  newest.id as newest_message_id, newest.sent_at as newest_sent_at, newest.stored_at as newest_stored_at
from chat.conversations c
left join lateral (
  select id, sent_at, stored_at from chat.messages m where m.conversation_id = c.id order by number desc limit 1
) newest on true
where c.id = $1`,
};

/** A conversation for an operator. */
export interface InspectedConversation {
  conversation_id: string;
  kind: 'direct' | 'group';
  title: string | null;
  created_at: Date;
  member_count: number;
  members: { user_id: string; role: string; joined_at: string }[];
  newest_message_id: string | null;
  newest_sent_at: Date | null;
  newest_stored_at: Date | null;
}

/** One conversation, its title only where `content`; at most 50 of its members. Undefined where there is none. */
export async function inspectConversation(
  on: Queryable,
  id: string,
  content: boolean,
): Promise<InspectedConversation | undefined> {
  const [row] = await on.query<InspectedConversation>(INSPECT_CONVERSATION, [id, content]);
  return row;
}
