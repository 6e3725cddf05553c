import type { Queryable, Statement } from '@chat-app/database';
import type { Cursor } from '@chat-app/protocol';
import type { Confirmed } from '../../receipts/sql/find-moved-receipts';
import { CURRENT_EPOCH } from './announcement';

/** The device id of the one row that all unnamed devices of a user have: no client can choose it. */
const UNNAMED_DEVICE = '';

/**
 * Rows are locked in the order of their key. A device of a user whose inbox is still empty has a cursor too: without one it
 * would start after what other devices confirm, and miss the first entries. A row that nothing moved for a day is touched,
 * so that its age is that of its device. The last part sees the table as it was before.
 */
const SAVE_CURSORS: Statement = {
  name: 'save_cursors',
  text: `
with wanted as materialized (
  select c.user_id, c.device_id, least(max(c.received_seq), coalesce(max(head.last_seq), 0)) as received_seq
  from unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[]) as c (user_id, device_id, received_seq, epoch)
  left join chat.inbox_heads head on head.user_id = c.user_id
  where c.epoch is null or c.epoch = ${CURRENT_EPOCH}
  group by c.user_id, c.device_id
), saved as (
  insert into chat.cursors (user_id, device_id, received_seq, received_number)
  select w.user_id, w.device_id, w.received_seq, coalesce((
    select m.number from chat.inbox i join chat.messages m on m.id = i.message_id
    where i.user_id = w.user_id and i.seq <= w.received_seq and i.seq > w.received_seq - 1000
    order by i.seq desc limit 1
  ), 0)
  from wanted w
  order by w.user_id, w.device_id
  on conflict (user_id, device_id) do update
    set received_seq = greatest(cursors.received_seq, excluded.received_seq),
      received_number = greatest(cursors.received_number, excluded.received_number), updated_at = now()
  where cursors.received_seq < excluded.received_seq or cursors.updated_at < now() - interval '1 day'
  returning user_id, received_seq, xmax = 0 as is_new
)
select s.user_id, bool_or(s.is_new) as is_new, max(s.received_seq) as upto_seq, coalesce((
  select max(c.received_seq) from chat.cursors c where c.user_id = s.user_id
), 0) as after_seq
from saved s group by s.user_id`,
};

/** The devices not seen for longest, of users who have more than may be. Rows that somebody else is at are left for later. */
const DELETE_SURPLUS: Statement = {
  name: 'delete_surplus_cursors',
  text: `
with surplus as (
  select ranked.user_id, ranked.device_id from (
    select c.user_id, c.device_id,
      row_number() over (partition by c.user_id order by c.updated_at desc, c.device_id) as place
    from chat.cursors c where c.user_id = any ($1::uuid[])
  ) ranked
  where ranked.place > $2
), locked as (
  select c.user_id, c.device_id from chat.cursors c
  join surplus s on s.user_id = c.user_id and s.device_id = c.device_id
  order by c.user_id, c.device_id
  for update of c skip locked
)
delete from chat.cursors c using locked l where c.user_id = l.user_id and c.device_id = l.device_id`,
};

/**
 * Moves cursors forward, never beyond the inbox. One of another epoch than the current is of no numbering that there is. Of
 * each user so many devices are kept, those seen last. Resolves to what users confirmed, on whatever device, that none had before.
 */
export async function saveCursors(on: Queryable, cursors: readonly Cursor[], maxDevices: number): Promise<Confirmed[]> {
  const saved = await on.query<Confirmed & { is_new: boolean }>(SAVE_CURSORS, [
    cursors.map((cursor) => cursor.user_id),
    cursors.map((cursor) => (cursor.named === false ? UNNAMED_DEVICE : cursor.device_id)),
    cursors.map((cursor) => cursor.received_seq),
    cursors.map((cursor) => cursor.epoch ?? null),
  ]);
  const grown = saved.filter(({ is_new }) => is_new);
  if (grown.length > 0) await on.query(DELETE_SURPLUS, [grown.map(({ user_id }) => user_id), maxDevices]);
  return saved
    .filter(({ after_seq, upto_seq }) => upto_seq > after_seq)
    .map(({ user_id, after_seq, upto_seq }) => ({ user_id, after_seq, upto_seq }));
}
