import type { Migration } from '@chat-app/database';

/**
 * `store_messages`: stores a batch in one call. Answers one row per message of the batch (`ordinal` counts from 1):
 *
 * - `outcome` is `stored`, `duplicate` (its id was there, or came earlier in the batch), `not_a_member` or
 *   `unknown_conversation`; the last two were not stored;
 * - `user_ids[i]` has the message as entry `seqs[i]` of its inbox. For duplicates only entries among a user's newest
 *   1,000, of messages stored in the last ten minutes, are looked up: enough to announce again what a crash between
 *   commit and announcement left unsaid.
 *
 * Locks, always in this order, so that calls and membership changes never wait for each other in a circle:
 * 1. group conversations, KEY SHARE, by id (a membership change holds FOR UPDATE): members stay as they are;
 * 2. missing inbox heads are inserted, by user;
 * 3. inbox heads, FOR UPDATE, by user.
 * After that whatever concerns these users is this call's alone: ids already there are looked up, numbers drawn, rows
 * written. A message's id is derived from its sender and conversation, so two calls with the same id meet at the heads.
 */
export const createStoreMessages: Migration = {
  name: '002_create_store_messages',
  sql: `
create function chat.store_messages(
  batch_ids uuid[], batch_conversations uuid[], batch_senders uuid[], batch_recipients uuid[],
  batch_contents text[], batch_sent_ats timestamptz[]
) returns table (ordinal integer, outcome text, user_ids uuid[], seqs bigint[])
language plpgsql
as $$
#variable_conflict use_column
declare
  group_ids uuid[];
  known_ids uuid[];
  recent_ids uuid[];
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
    select unnest(batch_senders) union select unnest(batch_recipients)
    union select m.user_id from chat.members m where m.conversation_id = any (group_ids)));

  select array_agg(k.id), array_agg(k.id) filter (where k.stored_at > now() - interval '10 minutes')
  into known_ids, recent_ids
  from chat.messages k where k.id = any (batch_ids);

  return query
  with batch as materialized (
    select i.id, i.conversation_id, i.sender_id, i.recipient_id, i.content, i.sent_at, i.ordinal::integer as ordinal,
      case
        when i.id = any (known_ids) or row_number() over (partition by i.id order by i.ordinal) > 1 then 'duplicate'
        when i.recipient_id is not null then 'stored'
        when i.conversation_id = any (group_ids) is not true then 'unknown_conversation'
        when not exists (
          select from chat.members m where m.conversation_id = i.conversation_id and m.user_id = i.sender_id
        ) then 'not_a_member'
        else 'stored'
      end as outcome
    from unnest(batch_ids, batch_conversations, batch_senders, batch_recipients, batch_contents, batch_sent_ats)
      with ordinality as i (id, conversation_id, sender_id, recipient_id, content, sent_at, ordinal)
  ), address as (
    select b.ordinal, b.id, b.outcome, u.user_id from batch b
    cross join lateral (
      select b.sender_id as user_id where b.recipient_id is not null
      union all select b.recipient_id where b.recipient_id <> b.sender_id
    ) u
    where b.outcome in ('stored', 'duplicate')
    union all
    select b.ordinal, b.id, b.outcome, m.user_id from batch b
    join chat.members m on m.conversation_id = b.conversation_id
    where b.recipient_id is null and b.outcome in ('stored', 'duplicate')
  ), entry as materialized (
    select a.ordinal, a.id, a.user_id,
      h.last_seq + row_number() over (partition by a.user_id order by a.ordinal) as seq
    from address a join chat.inbox_heads h on h.user_id = a.user_id
    where a.outcome = 'stored'
  ), opening as materialized (
    -- The first message of each direct conversation that does not exist yet.
    select distinct on (b.conversation_id) b.conversation_id, b.sender_id, b.recipient_id from batch b
    where b.outcome = 'stored' and b.recipient_id is not null
      and not exists (select from chat.conversations c where c.id = b.conversation_id)
  ), new_conversation as (
    insert into chat.conversations (id, kind) select o.conversation_id, 'direct' from opening o
  ), new_member as (
    insert into chat.members (conversation_id, user_id, role, in_group)
    select o.conversation_id, o.sender_id, 'member', false from opening o
    union all
    select o.conversation_id, o.recipient_id, 'member', false from opening o where o.recipient_id <> o.sender_id
  ), new_message as (
    insert into chat.messages (id, conversation_id, sender_id, recipient_id, content, sent_at)
    select b.id, b.conversation_id, b.sender_id, b.recipient_id, b.content, b.sent_at
    from batch b where b.outcome = 'stored' order by b.ordinal
  ), new_entry as (
    insert into chat.inbox (user_id, seq, kind, message_id)
    select e.user_id, e.seq, 0, e.id from entry e
  ), new_head as (
    update chat.inbox_heads h set last_seq = newest.seq
    from (select e.user_id, max(e.seq) as seq from entry e group by e.user_id) newest
    where h.user_id = newest.user_id
  ), found as (
    -- The entries of recent duplicates, and of repeats within the batch.
    select a.ordinal, a.user_id, x.seq from address a
    join chat.inbox_heads h on h.user_id = a.user_id
    join chat.inbox x on x.user_id = a.user_id and x.seq > h.last_seq - 1000 and x.message_id = a.id
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

create function chat.lock_inboxes(users uuid[]) returns table (user_id uuid, last_seq bigint)
language plpgsql
as $$
#variable_conflict use_column
begin
  insert into chat.inbox_heads (user_id, last_seq)
  select u.user_id, 0 from (select distinct unnest(users)) u (user_id)
  where u.user_id is not null and not exists (select from chat.inbox_heads h where h.user_id = u.user_id)
  order by u.user_id
  on conflict do nothing;
  return query
    select h.user_id, h.last_seq from chat.inbox_heads h where h.user_id = any (users) order by h.user_id for update;
end
$$;
comment on function chat.lock_inboxes is 'Creates the missing inboxes of these users, then locks all, both in the order of the user ids.';
`,
};
