import type { Migration } from '@chat-app/database';

/** Locks that tables in use are given end at once; the index that goes with it is built in 010. */
export const addDeviceProofs: Migration = {
  name: '007_add_device_proofs',
  sql: `
    create table auth.device_proofs (
      hash bytea primary key check (octet_length(hash) = 32),
      user_id uuid not null references auth.users (id) on delete cascade,
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null
    );
    create index device_proofs_of_user on auth.device_proofs (user_id, expires_at);
    create index device_proofs_by_expiry on auth.device_proofs (expires_at);
    comment on table auth.device_proofs is
      'devices that a user logged in from: others who guess the user''s password do not delay these';
    comment on column auth.device_proofs.hash is 'SHA-256 of the proof; the proof itself is nowhere';

    -- Reasons are added by versions to come; the code knows them.
    alter table auth.sessions drop constraint if exists sessions_end_reason_check;
  `,
};
