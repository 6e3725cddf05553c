import type { Queryable, Statement } from '@chat-app/database';
import type { Cursor } from '@chat-app/protocol';
import { CURRENT_EPOCH } from './announcement';

/**
 * Rows are locked in the order of their key. A device of a user whose inbox is still empty has a cursor too: without one it
 * would start after what other devices confirm, and miss the first entries.
 */
const SAVE_CURSORS: Statement = {
  name: 'save_cursors',
  text: `
insert into chat.cursors (user_id, device_id, received_seq)
select c.user_id, c.device_id, least(max(c.received_seq), coalesce(max(head.last_seq), 0))
from unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[]) as c (user_id, device_id, received_seq, epoch)
left join chat.inbox_heads head on head.user_id = c.user_id
where c.epoch is null or c.epoch = ${CURRENT_EPOCH}
group by c.user_id, c.device_id
order by c.user_id, c.device_id
on conflict (user_id, device_id) do update set received_seq = excluded.received_seq, updated_at = now()
where cursors.received_seq < excluded.received_seq`,
};

/** Moves cursors forward, never beyond the inbox. One of another epoch than the current is of no numbering that there is. */
export async function saveCursors(on: Queryable, cursors: readonly Cursor[]): Promise<void> {
  await on.query(SAVE_CURSORS, [
    cursors.map((cursor) => cursor.user_id),
    cursors.map((cursor) => cursor.device_id),
    cursors.map((cursor) => cursor.received_seq),
    cursors.map((cursor) => cursor.epoch ?? null),
  ]);
}
