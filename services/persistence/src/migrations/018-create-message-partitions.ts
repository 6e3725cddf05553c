import type { Migration } from '@chat-app/database';

/**
 * What a retention of messages is made of: `messages` in partitions by number, where an operator sets one, and until then the
 * table as it is. See decision 18.
 *
 * A number is in the partition of its time because the sequence is moved to the day at which a partition begins:
 * `number_from`. So a partition has a first number long before it has a message, nothing ever fails for want of one, and where
 * nobody moves the sequence (a version before this one) messages go on into the newest. A message's id is no part of the key:
 * each partition keeps it unique, and that it is in one alone is kept by `store_events`, which looks while it holds the inbox
 * of the sender.
 *
 * The functions are steps of `partition-messages.ts`. Those that need the table for themselves wait a second for it, answer
 * false where they did not get it, and then have done nothing.
 */
export const createMessagePartitions: Migration = {
  name: '018_create_message_partitions',
  sql: `
create table chat.message_partitions (
  name text primary key,
  from_number bigint not null,
  to_number bigint not null,
  closed_at timestamptz,
  dropped_at timestamptz
);
comment on table chat.message_partitions is 'of messages, also those that were dropped; messages_first is the table of before';
comment on column chat.message_partitions.closed_at is 'no message of it was stored later';

insert into chat.cleanups (task) values ('messages');

create function chat.number_from(day date) returns bigint
language sql immutable set search_path = pg_catalog, chat, pg_temp set enable_seqscan = off set jit = off
as $$ select (day - date '1970-01-01')::bigint * 10000000000 $$;
comment on function chat.number_from is 'the first number of a partition that begins on this day; ten thousand million for each';

create function chat.bound_messages(day date) returns boolean
language plpgsql set search_path = pg_catalog, chat, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '1s'
as $$
declare
  -- No number comes near it before the sequence is moved there.
  bound bigint := greatest(chat.number_from(day), (select last_value / 10000000000 + 1 from chat.numbers) * 10000000000);
begin
  execute format('alter table chat.messages add constraint messages_bound check (number < %s) not valid', bound);
  insert into chat.message_partitions (name, from_number, to_number) values ('messages_first', 0, bound);
  return true;
exception when lock_not_available then
  return false;
end
$$;
comment on function chat.bound_messages is 'says, unproved, that every number of messages is below that of this day';

create function chat.partition_messages() returns boolean
language plpgsql set search_path = pg_catalog, chat, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '1s'
as $$
declare
  bound bigint := (select to_number from chat.message_partitions where name = 'messages_first');
  each record;
begin
  lock table chat.messages in access exclusive mode;
  alter table chat.messages rename to messages_first;
  create table chat.messages (like chat.messages_first including defaults including constraints including comments)
    partition by range (number);
  alter table chat.messages drop constraint messages_bound;
  -- Each partition has a key of its own; every other index is one of the whole, of which the table's is a part as it stands.
  for each in
    select c.relname as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'chat.messages_first'::regclass
  loop
    execute format('alter index chat.%I rename to %I', each.name, 'first_' || each.name);
    continue when each.name = 'messages_pkey';
    execute replace(each.definition, ' ON chat.messages_first ', ' ON chat.messages ');
  end loop;
  for each in
    select a.privilege_type as privilege, case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as role
    from pg_class c cross join aclexplode(c.relacl) a where c.oid = 'chat.messages_first'::regclass and a.grantee <> c.relowner
  loop
    execute format('grant %s on chat.messages to %s', each.privilege, each.role);
  end loop;
  execute format('alter table chat.messages attach partition chat.messages_first for values from (minvalue) to (%s)', bound);
  alter table chat.messages_first drop constraint messages_bound;
  return true;
exception when lock_not_available then
  return false;
end
$$;
comment on function chat.partition_messages is 'makes messages, whose bound is proved, the first partition of a table of that name';

create function chat.add_message_partition(day date) returns boolean
language plpgsql set search_path = pg_catalog, chat, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '1s'
as $$
declare
  lower bigint := (select max(p.to_number) from chat.message_partitions p);
  name text := 'messages_from_' || to_char(date '1970-01-01' + (lower / 10000000000)::integer, 'YYYYMMDD');
begin
  execute format('create table chat.%I (like chat.messages including defaults including constraints including comments, primary key (id))', name);
  execute format('alter table chat.messages attach partition chat.%I for values from (%s) to (%s)', name, lower, chat.number_from(day));
  insert into chat.message_partitions (name, from_number, to_number) values (name, lower, chat.number_from(day));
  return true;
exception when lock_not_available then
  return false;
end
$$;
comment on function chat.add_message_partition is 'adds a partition after the last, up to this day; readers and writers go on';

create function chat.open_message_partition(day date, at timestamptz) returns void
language plpgsql set search_path = pg_catalog, chat, pg_temp set enable_seqscan = off set jit = off
as $$
declare
  first bigint := (
    select p.from_number from chat.message_partitions p
    where p.from_number <= chat.number_from(day) order by p.from_number desc limit 1);
begin
  if first > (select last_value from chat.numbers) then
    perform setval('chat.numbers', first);
  end if;
  -- The sequence does not come back with a transaction that fails, and this is done by the next.
  update chat.message_partitions p set closed_at = greatest(at, clock_timestamp())
  where p.to_number <= first and p.closed_at is null;
end
$$;
comment on function chat.open_message_partition is 'moves the numbers to the partition of this day';

create function chat.drop_message_partition(partition text) returns boolean
language plpgsql set search_path = pg_catalog, chat, pg_temp set enable_seqscan = off set jit = off set lock_timeout = '1s'
as $$
begin
  execute format('drop table chat.%I', partition);
  update chat.message_partitions p set dropped_at = clock_timestamp() where p.name = partition;
  return true;
exception when lock_not_available then
  return false;
end
$$;
`,
};
