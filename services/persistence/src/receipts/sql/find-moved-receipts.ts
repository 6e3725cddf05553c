import type { Queryable, Statement } from '@chat-app/database';
import { LIMITS } from '@chat-app/protocol';

/**
 * What users confirmed and read since, by conversation. Of what one user confirmed at once the newest 500 entries are looked
 * at. Nothing of conversations with more members than have receipts, nothing of members who keep theirs to themselves, and nothing between two
 * of whom one blocks the other.
 */
const FIND_MOVED_RECEIPTS: Statement = {
  name: 'find_moved_receipts',
  text: `
with received as materialized (
  select c.user_id, m.conversation_id, max(m.number) as number
  from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as c (user_id, after_seq, upto_seq)
  cross join lateral (
    select i.message_id from chat.inbox i
    where i.user_id = c.user_id and i.seq > c.after_seq and i.seq <= c.upto_seq
    order by i.seq desc limit 500
  ) i
  join chat.messages m on m.id = i.message_id and m.sender_id <> c.user_id
  group by c.user_id, m.conversation_id
), read as materialized (
  select m.user_id, m.conversation_id, exists (
      select from unnest(m.pending_reads) as w (id) where not exists (select from chat.messages x where x.id = w.id)
    ) as is_pending,
    greatest(m.read_number, (
      select max(p.number) from chat.messages p where p.id = any (m.pending_reads) and p.conversation_id = m.conversation_id
    )) as number
  from unnest($4::uuid[], $5::uuid[]) as r (conversation_id, user_id)
  join chat.members m on m.conversation_id = r.conversation_id and m.user_id = r.user_id
), moved as (
  select conversation_id, user_id, c.number as received, r.number as read, coalesce(r.is_pending, false) as is_pending
  from received c full join read r using (conversation_id, user_id)
), concerned as materialized (
  select d.conversation_id, a.* from (select distinct conversation_id from moved) d
  cross join lateral (
    select bool_or(x.in_group) as is_group, array_agg(x.user_id) as user_ids,
      coalesce(array_agg(x.user_id) filter (where x.settings ->> 'receipts' = 'off'), '{}') as silent_ids
    from (
      select o.user_id, o.in_group, o.settings from chat.members o
      where o.conversation_id = d.conversation_id limit ${LIMITS.receiptMembers + 1}
    ) x
  ) a
  where cardinality(a.user_ids) <= ${LIMITS.receiptMembers}
    and not exists (select from chat.blocks b where b.conversation_id = d.conversation_id)
)
select m.conversation_id, m.user_id, k.is_group, k.user_ids, k.silent_ids, m.is_pending,
  m.received, (select x.id from chat.messages x where x.conversation_id = m.conversation_id and x.number = m.received) as received_id,
  m.read, (select x.id from chat.messages x where x.conversation_id = m.conversation_id and x.number = m.read) as read_id
from moved m join concerned k on k.conversation_id = m.conversation_id
where m.user_id = any (k.user_ids) and m.user_id <> all (k.silent_ids)`,
};

/** What a user confirmed of their inbox: the entries after one and up to another. */
export interface Confirmed {
  user_id: string;
  after_seq: number;
  upto_seq: number;
}

/** A member whose read marker moved. */
export interface MarkedRead {
  conversation_id: string;
  user_id: string;
}

/** A member who received or read more, and whom that concerns. */
export interface MovedReceipt extends MarkedRead {
  is_group: boolean;
  /** All members of the conversation. */
  user_ids: string[];
  /** Those of them who keep their receipts to themselves. */
  silent_ids: string[];
  /** Numbers of messages, and their ids. */
  received: number | null;
  received_id: string | null;
  read: number | null;
  read_id: string | null;
  /** The member has read a message that is not stored yet. */
  is_pending: boolean;
}

/** Receipts that others are to be told of. */
export function findMovedReceipts(
  on: Queryable,
  confirmed: readonly Confirmed[],
  read: readonly MarkedRead[],
): Promise<MovedReceipt[]> {
  return on.query<MovedReceipt>(FIND_MOVED_RECEIPTS, [
    confirmed.map((one) => one.user_id),
    confirmed.map((one) => one.after_seq),
    confirmed.map((one) => one.upto_seq),
    read.map((one) => one.conversation_id),
    read.map((one) => one.user_id),
  ]);
}
