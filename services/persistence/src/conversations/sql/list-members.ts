import type { Queryable, Statement } from '@chat-app/database';
import { LIMITS } from '@chat-app/protocol';

/**
 * How far each other member came is told where the conversation is small enough for that, of those who do not keep it to
 * themselves, to those who do not either, and not between two of whom one blocks the other. It is the newest message up to the number that they received and read.
 */
const LIST_MEMBERS: Statement = {
  name: 'list_members',
  text: `
with caller as (
  select m.settings ->> 'receipts' is distinct from 'off' and (
    select count(*) from (
      select from chat.members o where o.conversation_id = $1 limit ${LIMITS.receiptMembers + 1}
    ) o
  ) <= ${LIMITS.receiptMembers} and not exists (select from chat.blocks b where b.conversation_id = $1) as is_told
  from chat.members m where m.conversation_id = $1 and m.user_id = $2
), listed as (
  select m.*, coalesce(c.is_told, false) and m.user_id <> $2 and m.settings ->> 'receipts' is distinct from 'off' as is_shown
  from chat.members m left join caller c on true where m.conversation_id = $1
)
select l.user_id, l.role, l.joined_at, received.number as received, received.id as received_id, read.number as read,
  read.id as read_id
from listed l
left join lateral (
  select x.id, x.number from chat.messages x
  where l.is_shown and x.conversation_id = $1
    and x.number <= (select max(c.received_number) from chat.cursors c where c.user_id = l.user_id)
  order by x.number desc limit 1
) received on true
left join lateral (
  select x.id, x.number from chat.messages x
  where l.is_shown and x.conversation_id = $1 and x.number <= greatest(l.read_number, (
    select max(p.number) from chat.messages p where p.id = any (l.pending_reads) and p.conversation_id = $1
  ))
  order by x.number desc limit 1
) read on true
order by l.joined_at, l.user_id`,
};

/** A member of a conversation. */
export interface Member {
  user_id: string;
  role: 'owner' | 'member';
  joined_at: Date;
  /** Numbers of messages, and their ids: how far the member came, where that is told. */
  received: number | null;
  received_id: string | null;
  read: number | null;
  read_id: string | null;
}

/** The members of a conversation as one of them sees them, the longest-standing first. */
export function listMembers(on: Queryable, conversationId: string, callerId: string): Promise<Member[]> {
  return on.query<Member>(LIST_MEMBERS, [conversationId, callerId]);
}
