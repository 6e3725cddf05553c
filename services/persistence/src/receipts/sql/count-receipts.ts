import type { Queryable, Statement } from '@chat-app/database';

/** Whoever joined a group after a message counts as none of its readers, nor does one of two of whom one blocks the other. No row where there is no such message. */
const COUNT_RECEIPTS: Statement = {
  name: 'count_receipts',
  text: `
with target as (
  select x.number, x.sender_id, x.stored_at from chat.messages x where x.id = $2 and x.conversation_id = $1
), member as (
  select greatest(m.read_number, (
    select max(p.number) from chat.messages p where p.id = any (m.pending_reads) and p.conversation_id = $1
  )) >= t.number as has_read,
    (select max(c.received_number) from chat.cursors c where c.user_id = m.user_id) >= t.number as has_received
  from target t join chat.members m on m.conversation_id = $1 and m.user_id <> t.sender_id
  where m.settings ->> 'receipts' is distinct from 'off' and (not m.in_group or m.joined_at <= t.stored_at)
    and not exists (select from chat.blocks b where b.conversation_id = $1)
)
select (select count(*) from member m where m.has_read or m.has_received)::integer as received,
  (select count(*) from member m where m.has_read)::integer as read
from target`,
};

/** How many members but its sender received and read a message, of those who let others know. */
export interface ReceiptCounts {
  received: number;
  read: number;
}

/** Undefined where there is no such message in the conversation. */
export async function countReceipts(
  on: Queryable,
  conversationId: string,
  messageId: string,
): Promise<ReceiptCounts | undefined> {
  const [row] = await on.query<ReceiptCounts>(COUNT_RECEIPTS, [conversationId, messageId]);
  return row;
}
