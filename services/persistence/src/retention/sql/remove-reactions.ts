import type { Queryable, Statement } from '@chat-app/database';

const REMOVE_REACTIONS: Statement = {
  name: 'remove_reactions',
  text: `
with slice as materialized (
  select distinct r.message_id from chat.reactions r where r.message_id > $1::uuid order by r.message_id limit $2::integer
), removed as (
  delete from chat.reactions r using slice s
  where r.message_id = s.message_id and not exists (select from chat.messages m where m.id = s.message_id)
)
select (select count(*)::integer from slice) as walked,
  (select s.message_id from slice s order by s.message_id desc limit 1) as last`,
};

/**
 * Removes the reactions to messages that are gone, of so many messages after this one. Answers where to go on; undefined where
 * these were the last.
 */
export async function removeReactions(on: Queryable, after: string, messages: number): Promise<string | undefined> {
  const [row] = await on.query<{ walked: number; last: string | null }>(REMOVE_REACTIONS, [after, messages]);
  if (row === undefined) throw new Error('remove_reactions answers one row');
  return row.walked < messages ? undefined : (row.last ?? undefined);
}
