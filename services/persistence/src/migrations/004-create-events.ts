import type { Migration } from '@chat-app/database';

/**
 * What events need: a table for those that are no message, custom data, the numbering that positions belong to, reads of
 * messages that are still on their way, and who is running.
 *
 * - `inbox.event_id` names the event of an entry that is no message; null in entries of before.
 * - `messages.extra` and `events.body` keep fields that this version does not know.
 * - `members.pending_reads` are messages that a member has read before they were stored, the newest eight.
 */
export const createEvents: Migration = {
  name: '004_create_events',
  sql: `
create table chat.events (
  id uuid primary key,
  conversation_id uuid not null,
  kind text not null,
  actor_id uuid not null,
  body jsonb not null,
  at timestamptz not null,
  stored_at timestamptz not null default now()
);

alter table chat.inbox add column event_id uuid;
comment on column chat.inbox.kind is 'number of the kind of event: 0 message (message_id), others (event_id)';
alter table chat.messages add column data jsonb, add column extra jsonb;
alter table chat.conversations add column data jsonb;
alter table chat.members add column pending_reads uuid[];

create table chat.epochs (
  number bigint generated always as identity primary key,
  epoch uuid not null unique default gen_random_uuid(),
  reason text not null,
  began_at timestamptz not null default now()
);
insert into chat.epochs (reason) values ('the first');

create function chat.begin_epoch(why text) returns uuid
language sql
as $$ insert into chat.epochs (reason) values (why) returning epoch $$;
comment on function chat.begin_epoch is 'after a restore: positions of before mean nothing any more, and every client is told so';

create table chat.instances (
  id uuid primary key,
  features text[] not null,
  seen_at timestamptz not null default now()
);
comment on table chat.instances is 'running pods of persistence and what they know: features are announced that all of them have';
`,
};
