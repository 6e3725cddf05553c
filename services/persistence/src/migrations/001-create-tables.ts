import type { Migration } from '@chat-app/database';

/**
 * The tables of schema `chat`.
 *
 * - `numbers` is one sequence for messages and conversations, so that "newest activity" is one comparison. A message's
 *   number is drawn while the inboxes of its conversation's members are locked: within a conversation numbers are in the
 *   order of commit, and reading history by number misses nothing.
 * - There are no foreign keys: rows are written by `store_messages` and the membership calls alone, nothing is ever
 *   deleted but memberships, and a check per row would cost a fifth of the throughput.
 * - `inbox_heads` is updated once per user and batch; the free space of its pages keeps those updates HOT.
 */
export const createTables: Migration = {
  name: '001_create_tables',
  sql: `
create sequence chat.numbers;

create table chat.conversations (
  id uuid primary key,
  kind text not null check (kind in ('direct', 'group')),
  title text check ((kind = 'group') = (title is not null)),
  number bigint not null default nextval('chat.numbers'),
  created_at timestamptz not null default now()
);

create table chat.members (
  conversation_id uuid not null,
  user_id uuid not null,
  role text not null check (role in ('owner', 'member')),
  joined_at timestamptz not null default now(),
  read_number bigint not null default 0,
  in_group boolean not null,
  primary key (conversation_id, user_id)
);
create index members_by_user on chat.members (user_id);
create index members_by_user_in_groups on chat.members (user_id) where in_group;

create table chat.messages (
  id uuid primary key,
  number bigint not null default nextval('chat.numbers'),
  conversation_id uuid not null,
  sender_id uuid not null,
  recipient_id uuid,
  content text not null,
  sent_at timestamptz not null,
  stored_at timestamptz not null default now()
);
create unique index messages_by_conversation on chat.messages (conversation_id, number);

create table chat.inbox_heads (
  user_id uuid primary key,
  last_seq bigint not null
) with (fillfactor = 60);

create table chat.inbox (
  user_id uuid not null,
  seq bigint not null,
  kind smallint not null,
  message_id uuid,
  conversation_id uuid,
  primary key (user_id, seq)
);
comment on column chat.inbox.kind is '0 message (message_id), 1 joined, 2 left (conversation_id)';

create table chat.cursors (
  user_id uuid not null,
  device_id text not null,
  received_seq bigint not null,
  updated_at timestamptz not null default now(),
  primary key (user_id, device_id)
) with (fillfactor = 80);

create table chat.dead_messages (
  id bigint generated always as identity primary key,
  source_topic text not null,
  source_partition integer not null,
  source_offset bigint not null,
  redrive_count integer not null,
  digest bytea not null generated always as (sha256(value)) stored,
  key text not null,
  value bytea not null,
  headers jsonb not null,
  error_code text not null,
  error text not null,
  message_id uuid,
  conversation_id uuid,
  failed_at timestamptz not null,
  archived_at timestamptz not null default now(),
  redriven_at timestamptz,
  unique (source_topic, source_partition, source_offset, redrive_count, digest)
);
create index dead_messages_waiting on chat.dead_messages (id) where redriven_at is null;
`,
};
