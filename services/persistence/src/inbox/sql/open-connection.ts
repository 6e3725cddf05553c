import type { Statement } from '@chat-app/database';

/** Head and confirmed position of a device, and the groups of its user. Always one row. */
export const OPEN_CONNECTION: Statement = {
  name: 'open_connection',
  text: `
select
  coalesce(head.last_seq, 0) as head,
  least(
    coalesce(head.last_seq, 0),
    coalesce(
      (select c.received_seq from chat.cursors c where c.user_id = $1 and c.device_id = $2),
      (select max(c.received_seq) from chat.cursors c where c.user_id = $1),
      0
    )
  ) as confirmed,
  not exists (select from chat.cursors c where c.user_id = $1 and c.device_id = $2) as is_new,
  array(select m.conversation_id from chat.members m where m.user_id = $1 and m.in_group) as conversation_ids
from (select $1::uuid as user_id) u left join chat.inbox_heads head on head.user_id = u.user_id`,
};

export interface OpenConnectionRow {
  head: number;
  confirmed: number;
  /** The device has no cursor. */
  is_new: boolean;
  conversation_ids: string[];
}
