import type { Queryable, Statement } from '@chat-app/database';

const READ_REACTIONS: Statement = {
  name: 'read_reactions',
  text: `
select m.id as message_id, m.deleted_at is not null as is_deleted, coalesce((
  select json_agg(r) from (
    select x.emoji, count(*) as count, coalesce(json_agg(x.user_id) filter (where x.user_id = any ($2::uuid[])), '[]') as user_ids
    from chat.reactions x where x.message_id = m.id group by x.emoji
  ) r
), '[]') as reactions
from chat.messages m where m.id = any ($1::uuid[])`,
};
const WRITE_REACTIONS: Statement = {
  name: 'write_reactions',
  text: `
with removed as (
  delete from chat.reactions r using unnest($5::uuid[], $6::uuid[], $7::text[]) as x (message_id, user_id, emoji)
  where r.message_id = x.message_id and r.user_id = x.user_id and r.emoji = x.emoji
)
insert into chat.reactions (message_id, user_id, emoji, at)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
on conflict do nothing`,
};

/** A message, by what is there to react to. */
export interface MessageReactions {
  message_id: string;
  is_deleted: boolean;
  /** Of all users how many, and which of those asked for. */
  reactions: { emoji: string; count: number; user_ids: string[] }[];
}

export interface ReactionRow {
  message_id: string;
  user_id: string;
  emoji: string;
  at: string;
}

/** The reactions of messages: of these users whose they are, of the others how many. */
export function readReactions(
  on: Queryable,
  messageIds: readonly string[],
  userIds: readonly string[],
): Promise<MessageReactions[]> {
  return on.query<MessageReactions>(READ_REACTIONS, [messageIds, userIds]);
}

/** Adds and removes reactions, each of them once: none is in both. */
export async function writeReactions(
  on: Queryable,
  { added, removed }: { added: readonly ReactionRow[]; removed: readonly ReactionRow[] },
): Promise<void> {
  if (added.length + removed.length === 0) return;
  await on.query(WRITE_REACTIONS, [
    added.map(({ message_id }) => message_id),
    added.map(({ user_id }) => user_id),
    added.map(({ emoji }) => emoji),
    added.map(({ at }) => at),
    removed.map(({ message_id }) => message_id),
    removed.map(({ user_id }) => user_id),
    removed.map(({ emoji }) => emoji),
  ]);
}
