import type { Queryable, Statement } from '@chat-app/database';

/**
 * Of each inbox the oldest entries go, up to the first that stays: what is left has no holes. An entry is as old as the
 * message or event that it is; one of neither, as versions of before wrote for joins, goes with the first after it that goes,
 * and so does a whole page of them: they are older than whatever has an age.
 * Inboxes are locked by user, as a store call does.
 */
const REMOVE_ENTRIES: Statement = {
  name: 'remove_entries',
  text: `
with walked as materialized (
  select h.user_id, h.expired_seq,
    coalesce((select min(c.received_seq) from chat.cursors c where c.user_id = h.user_id), 0) as confirmed
  from chat.inbox_heads h where h.user_id > $1::uuid order by h.user_id limit $2::integer
), begun as materialized (
  -- Whose oldest entry stays is done with.
  select w.* from walked w cross join lateral (
    select coalesce(m.stored_at, ev.stored_at, '-infinity') as stored_at from chat.inbox i
    left join chat.messages m on m.id = i.message_id
    left join chat.events ev on ev.id = i.event_id
    where i.user_id = w.user_id and i.seq > w.expired_seq order by i.seq limit 1
  ) oldest
  where oldest.stored_at < greatest($4::timestamptz, case when w.confirmed > w.expired_seq then $5::timestamptz end)
), entry as (
  select b.user_id, e.seq, coalesce(m.stored_at, ev.stored_at) as stored_at, count(*) over (partition by b.user_id) as read,
    count(coalesce(m.stored_at, ev.stored_at)) over (partition by b.user_id) as aged,
    $4::timestamptz is not null or e.seq <= b.confirmed as ageless_ends,
    coalesce(coalesce(m.stored_at, ev.stored_at) < $4, false)
      or coalesce(e.seq <= b.confirmed and coalesce(m.stored_at, ev.stored_at) < $5, false) as ended
  from begun b
  cross join lateral (
    select i.seq, i.message_id, i.event_id from chat.inbox i
    where i.user_id = b.user_id and i.seq > b.expired_seq order by i.seq limit $3::integer
  ) e
  left join chat.messages m on m.id = e.message_id
  left join chat.events ev on ev.id = e.event_id
), bounded as (
  select e.user_id, e.seq, e.read, e.ended or (e.aged = 0 and e.read = $3 and e.ageless_ends) as ended,
    min(e.seq) filter (where e.stored_at is not null and not e.ended) over (partition by e.user_id) as kept
  from entry e
), boundary as materialized (
  select b.user_id, max(b.seq) as seq, bool_or(b.kept is null and b.read = $3) as more
  from bounded b where b.ended and (b.kept is null or b.seq < b.kept) group by b.user_id
), locked as materialized (
  select h.user_id, h.expired_seq, b.seq from chat.inbox_heads h join boundary b on b.user_id = h.user_id
  order by h.user_id for update of h
), removed as (
  delete from chat.inbox i using locked l
  where i.user_id = l.user_id and i.seq > l.expired_seq and i.seq <= l.seq returning 1
), moved as (
  update chat.inbox_heads h set expired_seq = l.seq from locked l where h.user_id = l.user_id
)
select (select count(*)::integer from removed) as removed, (select count(*)::integer from walked) as walked,
  (select w.user_id from walked w order by w.user_id desc limit 1) as last,
  coalesce((select bool_or(b.more) from boundary b), false) as more`,
};

export interface RemoveEntriesOptions {
  /** Inboxes of users after this one. */
  after: string;
  /** How many of them. */
  inboxes: number;
  /** Most entries of one. */
  entries: number;
  /** Entries of before go; null: none do. */
  before: Date | null;
  /** Entries of before that every device confirmed go; null: none do. */
  confirmedBefore: Date | null;
}

export interface RemovedEntries {
  removed: number;
  /** Inboxes that were looked at. */
  walked: number;
  /** User of the last of them. */
  last: string | null;
  /** One of them has more to remove. */
  more: boolean;
}

/** Removes the old entries of some inboxes. */
export async function removeEntries(on: Queryable, options: RemoveEntriesOptions): Promise<RemovedEntries> {
  const { after, inboxes, entries, before, confirmedBefore } = options;
  const [row] = await on.query<RemovedEntries>(REMOVE_ENTRIES, [after, inboxes, entries, before, confirmedBefore]);
  if (row === undefined) throw new Error('remove_entries answers one row');
  return row;
}
