import type { Migration } from '@chat-app/database';

/**
 * Who blocks whom, and `store_events` (005) that knows of it: what is addressed to both users of a direct conversation is
 * `blocked` while one of them blocks the other, but for deletions (kind 5). What was stored before stays a duplicate.
 *
 * - `conversation_id` is the direct conversation of the two, whether or not it has begun: one look for a whole batch.
 */
export const createBlocks: Migration = {
  name: '011_create_blocks',
  sql: `
create table chat.blocks (
  user_id uuid not null,
  blocked_id uuid not null,
  conversation_id uuid not null,
  at timestamptz not null default now(),
  primary key (user_id, blocked_id)
);
create index blocks_by_blocked on chat.blocks (blocked_id);
create index blocks_by_conversation on chat.blocks (conversation_id);

create or replace function chat.store_events(
  batch_ids uuid[], batch_kinds smallint[], batch_conversations uuid[], batch_actors uuid[], batch_recipients uuid[],
  batch_users uuid[], batch_contents text[], batch_data jsonb[], batch_bodies jsonb[], batch_ats timestamptz[]
) returns table (ordinal integer, outcome text, user_ids uuid[], seqs bigint[])
language plpgsql set search_path = pg_catalog, chat, pg_temp
as $$
#variable_conflict use_column
declare
  group_ids uuid[];
  known_ids uuid[];
  recent_ids uuid[];
  blocked_ids uuid[];
begin
  -- Groups of the batch, locked; ids that are no group are absent.
  select array_agg(locked.id) into group_ids
  from (
    select c.id from chat.conversations c
    where c.kind = 'group' and c.id in (
      select g.conversation_id from unnest(batch_conversations, batch_recipients) as g (conversation_id, recipient_id)
      where g.recipient_id is null)
    order by c.id for key share
  ) locked;

  -- Inboxes the batch may write to, created and locked.
  perform 1 from chat.lock_inboxes(array(
    select unnest(batch_actors) union select unnest(batch_recipients) union select unnest(batch_users)
    union select m.user_id from chat.members m where m.conversation_id = any (group_ids)));

  -- Whoever blocks has an entry of it: a block is either before what is locked here, or after all of it.
  select array_agg(b.conversation_id) into blocked_ids from chat.blocks b where b.conversation_id = any (batch_conversations);

  select array_agg(k.id), array_agg(k.id) filter (where k.stored_at > now() - interval '10 minutes')
  into known_ids, recent_ids
  from chat.messages k where k.id = any (batch_ids);
  if exists (select from unnest(batch_kinds) k where k <> 0) then
    select known_ids || array_agg(k.id),
      recent_ids || array_agg(k.id) filter (where k.stored_at > now() - interval '10 minutes')
    into known_ids, recent_ids
    from chat.events k where k.id = any (batch_ids);
  end if;

  return query
  with batch as materialized (
    select i.*,
      case
        when i.id = any (known_ids) or row_number() over (partition by i.id order by i.ordinal) > 1 then 'duplicate'
        when i.recipient_id is not null and i.user_id is null and i.kind <> 5 and i.conversation_id = any (blocked_ids) then 'blocked'
        when i.recipient_id is not null or i.user_id is not null then 'stored'
        when i.conversation_id = any (group_ids) is not true then 'unknown_conversation'
        when not exists (
          select from chat.members m where m.conversation_id = i.conversation_id and m.user_id = i.actor_id
        ) then 'not_a_member'
        else 'stored'
      end as outcome
    from (
      select b.id, b.kind, b.conversation_id, b.actor_id, b.recipient_id, b.user_id, b.content, b.data, b.body, b.at,
        b.ordinal::integer as ordinal
      from unnest(batch_ids, batch_kinds, batch_conversations, batch_actors, batch_recipients, batch_users, batch_contents,
        batch_data, batch_bodies, batch_ats)
        with ordinality as b (id, kind, conversation_id, actor_id, recipient_id, user_id, content, data, body, at, ordinal)
    ) i
  ), address as (
    select b.ordinal, b.id, b.kind, b.conversation_id, b.outcome, u.user_id from batch b
    cross join lateral (
      select b.user_id as user_id where b.user_id is not null
      union all select b.actor_id where b.user_id is null and b.recipient_id is not null
      union all select b.recipient_id where b.user_id is null and b.recipient_id <> b.actor_id
    ) u
    where b.outcome in ('stored', 'duplicate')
    union all
    select b.ordinal, b.id, b.kind, b.conversation_id, b.outcome, m.user_id from batch b
    join chat.members m on m.conversation_id = b.conversation_id
    where b.recipient_id is null and b.user_id is null and b.outcome in ('stored', 'duplicate')
  ), entry as materialized (
    select a.ordinal, a.id, a.kind, a.conversation_id, a.user_id,
      h.last_seq + row_number() over (partition by a.user_id order by a.ordinal) as seq
    from address a join chat.inbox_heads h on h.user_id = a.user_id
    where a.outcome = 'stored'
  ), opening as materialized (
    -- The first event of each direct conversation that does not exist yet.
    select distinct on (b.conversation_id) b.conversation_id, b.actor_id, b.recipient_id from batch b
    where b.outcome = 'stored' and b.recipient_id is not null
      and not exists (select from chat.conversations c where c.id = b.conversation_id)
  ), new_conversation as (
    insert into chat.conversations (id, kind) select o.conversation_id, 'direct' from opening o
  ), new_member as (
    insert into chat.members (conversation_id, user_id, role, in_group)
    select o.conversation_id, o.actor_id, 'member', false from opening o
    union all
    select o.conversation_id, o.recipient_id, 'member', false from opening o where o.recipient_id <> o.actor_id
  ), new_message as (
    insert into chat.messages (id, conversation_id, sender_id, recipient_id, content, data, extra, sent_at)
    select b.id, b.conversation_id, b.actor_id, b.recipient_id, b.content, b.data, b.body, b.at
    from batch b where b.outcome = 'stored' and b.kind = 0 order by b.ordinal
  ), new_event as (
    insert into chat.events (id, conversation_id, kind, actor_id, body, at)
    select b.id, b.conversation_id, b.body ->> 'kind', b.actor_id, b.body, b.at
    from batch b where b.outcome = 'stored' and b.kind <> 0 order by b.ordinal
  ), new_entry as (
    insert into chat.inbox (user_id, seq, kind, message_id, event_id, conversation_id)
    select e.user_id, e.seq, e.kind, case when e.kind = 0 then e.id end, case when e.kind <> 0 then e.id end,
      case when e.kind <> 0 then e.conversation_id end
    from entry e
  ), new_head as (
    update chat.inbox_heads h set last_seq = newest.seq
    from (select e.user_id, max(e.seq) as seq from entry e group by e.user_id) newest
    where h.user_id = newest.user_id
  ), found as (
    -- The entries of recent duplicates, and of repeats within the batch.
    select a.ordinal, a.user_id, x.seq from address a
    join chat.inbox_heads h on h.user_id = a.user_id
    join chat.inbox x on x.user_id = a.user_id and x.seq > h.last_seq - 1000
      and a.id = case when a.kind = 0 then x.message_id else x.event_id end
    where a.outcome = 'duplicate' and a.id = any (recent_ids)
  ), place as (
    select e.ordinal, array_agg(e.user_id) as user_ids, array_agg(e.seq) as seqs
    from (select ordinal, user_id, seq from entry union all select ordinal, user_id, seq from found) e
    group by e.ordinal
  )
  select b.ordinal, b.outcome, coalesce(p.user_ids, '{}'), coalesce(p.seqs, '{}')
  from batch b left join place p on p.ordinal = b.ordinal order by b.ordinal;
end
$$;
`,
};
