import type { Migration } from '@chat-app/database';

/**
 * What members reacted with, and the versions of messages. A version is drawn from the numbers of messages with each change of
 * a message (an edit, a deletion, reactions), while its conversation is locked: within a conversation versions are in the
 * order of commit, and reading changes by version misses nothing. Null: never changed, or before there were versions.
 */
export const createReactions: Migration = {
  name: '013_create_reactions',
  sql: `
alter table chat.messages add column version bigint;
create table chat.reactions (
  message_id uuid not null,
  user_id uuid not null,
  emoji text not null,
  at timestamptz not null,
  primary key (message_id, user_id, emoji)
);
comment on table chat.reactions is 'a deleted message has none';
`,
};
