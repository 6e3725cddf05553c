import type { Migration } from '@chat-app/database';

/**
 * Who was asked to be in a group, and who does not want to be.
 *
 * - `invitations.declined_at`: the user said no. The row stays: nobody may invite them again, and they may still accept.
 * - `departures`: who left by themselves. They come back only by accepting an invitation; `for_good`: not by one either.
 */
export const createInvitations: Migration = {
  name: '012_create_invitations',
  sql: `
create table chat.invitations (
  conversation_id uuid not null,
  user_id uuid not null,
  inviter_id uuid not null,
  role text not null check (role in ('owner', 'member')),
  at timestamptz not null default now(),
  declined_at timestamptz,
  primary key (conversation_id, user_id)
);
create index invitations_by_user on chat.invitations (user_id) where declined_at is null;

create table chat.departures (
  conversation_id uuid not null,
  user_id uuid not null,
  for_good boolean not null,
  at timestamptz not null default now(),
  primary key (conversation_id, user_id)
);
`,
};
