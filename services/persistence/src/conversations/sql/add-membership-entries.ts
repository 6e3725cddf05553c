import type { Statement } from '@chat-app/database';

/** Numbers a joined (1) or left (2) entry in each of these inboxes, which lock_inboxes holds. */
export const ADD_MEMBERSHIP_ENTRIES: Statement = {
  name: 'add_membership_entries',
  text: `
with head as (
  update chat.inbox_heads set last_seq = last_seq + 1 where user_id = any ($1::uuid[]) returning user_id, last_seq
)
insert into chat.inbox (user_id, seq, kind, conversation_id)
select head.user_id, head.last_seq, $2::smallint, $3::uuid from head
returning user_id, seq`,
};

export interface AddMembershipEntriesRow {
  user_id: string;
  seq: number;
}
