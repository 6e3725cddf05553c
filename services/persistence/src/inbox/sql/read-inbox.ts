import type { Statement } from '@chat-app/database';

/** Entries after $2, ascending, with their messages; one row without `seq` where there are none, no row where there is no inbox. */
export const READ_INBOX: Statement = {
  name: 'read_inbox',
  text: `
select head.last_seq as head, entry.*
from chat.inbox_heads head
left join lateral (
  select i.seq, i.kind, i.conversation_id as group_id, m.id, m.conversation_id, m.sender_id, m.recipient_id, m.content,
    m.sent_at
  from chat.inbox i left join chat.messages m on m.id = i.message_id
  where i.user_id = $1 and i.seq > $2
  order by i.seq limit $3
) entry on true
where head.user_id = $1
order by entry.seq`,
};

export interface ReadInboxRow {
  head: number;
  seq: number | null;
  /** 0 message, 1 joined, 2 left. */
  kind: number | null;
  group_id: string | null;
  id: string | null;
  conversation_id: string | null;
  sender_id: string | null;
  recipient_id: string | null;
  content: string | null;
  sent_at: Date | null;
}
