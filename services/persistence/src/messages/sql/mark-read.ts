import type { Queryable, Statement } from '@chat-app/database';

/**
 * The message may not be stored yet: then it waits among the newest eight of `pending_reads`, which unread counts look at
 * too. Those that are stored by now become the number they have. Always one row.
 */
const MARK_READ: Statement = {
  name: 'mark_read',
  text: `
with target as (
  select x.number, x.conversation_id = $1 as is_here from chat.messages x where x.id = $3
), member as (
  select m.read_number, m.pending_reads from chat.members m where m.conversation_id = $1 and m.user_id = $2
), arrived as (
  select x.id, x.number from chat.messages x
  where x.conversation_id = $1 and x.id = any ((select pending_reads from member)::uuid[])
), marked as (
  update chat.members m set
    read_number = greatest(m.read_number, (select t.number from target t where t.is_here), (select max(a.number) from arrived a)),
    pending_reads = (
      select nullif(array_agg(p.id order by p.place), '{}') from (
        select w.id, w.place from unnest(m.pending_reads) with ordinality w (id, place)
        where w.id <> $3 and not exists (select from arrived a where a.id = w.id)
        union all
        select $3, 1000 where not exists (select from target)
        order by place desc limit 8
      ) p
    )
  where m.conversation_id = $1 and m.user_id = $2 and not exists (select from target t where not t.is_here)
  returning m.read_number, m.pending_reads
)
select exists (select from member) as is_member, exists (select from target t where not t.is_here) as is_elsewhere,
  exists (
    select from marked k cross join member b
    where k.read_number > b.read_number or ($3 = any (k.pending_reads) and ($3 = any (b.pending_reads)) is not true)
  ) as is_moved`,
};

/** What came of it; `read`: it was read before. */
export type MarkReadOutcome = 'moved' | 'read' | 'not_a_member' | 'of_another_conversation';

/** Moves the reading position of a member forward, to a message that is stored or on its way. It never goes back. */
export async function moveReadMarker(
  on: Queryable,
  conversationId: string,
  userId: string,
  messageId: string,
): Promise<MarkReadOutcome> {
  const [row] = await on.query<{ is_member: boolean; is_elsewhere: boolean; is_moved: boolean }>(MARK_READ, [
    conversationId,
    userId,
    messageId,
  ]);
  if (row?.is_member !== true) return 'not_a_member';
  if (row.is_elsewhere) return 'of_another_conversation';
  return row.is_moved ? 'moved' : 'read';
}
