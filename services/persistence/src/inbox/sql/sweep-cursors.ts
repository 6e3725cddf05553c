import { BEFORE_ALL_IDS, type Queryable, type Statement } from '@chat-app/database';

/** A row of the table in the order of its key; the row after it is looked at next. */
export interface CursorKey {
  user_id: string;
  device_id: string;
}

/** The most advanced position of a user stays: without any, a device that comes after all would be sent everything again. */
const SWEEP_CURSORS: Statement = {
  name: 'sweep_cursors',
  text: `
with slice as materialized (
  select c.user_id, c.device_id, c.received_seq, c.updated_at from chat.cursors c
  where (c.user_id, c.device_id) > ($1::uuid, $2::text)
  order by c.user_id, c.device_id limit $3
), locked as (
  select c.user_id, c.device_id from chat.cursors c
  join slice s on s.user_id = c.user_id and s.device_id = c.device_id
  where c.updated_at < now() - make_interval(days => $4::integer)
    and exists (
      select from chat.cursors o
      where o.user_id = c.user_id and (o.received_seq, o.device_id) > (c.received_seq, c.device_id)
    )
  order by c.user_id, c.device_id
  for update of c skip locked
), gone as (
  delete from chat.cursors c using locked l where c.user_id = l.user_id and c.device_id = l.device_id returning c.user_id
)
select (select count(*)::integer from gone) as deleted, last.user_id, last.device_id
from (select 1) one left join lateral (
  select s.user_id, s.device_id from slice s order by s.user_id desc, s.device_id desc limit 1
) last on true`,
};

const FIRST: CursorKey = { user_id: BEFORE_ALL_IDS, device_id: '' };

/**
 * Looks at so many cursors after this key, and deletes those that nothing touched for so long.
 * @returns how many went, and where to go on; from the beginning where that is undefined
 */
export async function sweepCursors(
  on: Queryable,
  after: CursorKey | undefined,
  rows: number,
  keptDays: number,
): Promise<{ deleted: number; next: CursorKey | undefined }> {
  const { user_id, device_id } = after ?? FIRST;
  const [row] = await on.query<{ deleted: number; user_id: string | null; device_id: string | null }>(SWEEP_CURSORS, [
    user_id,
    device_id,
    rows,
    keptDays,
  ]);
  if (row === undefined) throw new Error('sweep_cursors answers one row');
  const { deleted } = row;
  if (row.user_id === null || row.device_id === null) return { deleted, next: undefined };
  return { deleted, next: { user_id: row.user_id, device_id: row.device_id } };
}
