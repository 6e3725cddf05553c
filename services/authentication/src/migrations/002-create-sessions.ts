import type { Migration } from '@chat-app/database';

export const createSessions: Migration = {
  name: '002_create_sessions',
  sql: `
    create table auth.sessions (
      id uuid primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null,
      ended_at timestamptz,
      end_reason text check (end_reason in ('log_out', 'reuse', 'password_change'))
    );
    create index sessions_of_user on auth.sessions (user_id) where ended_at is null;
    create index sessions_by_expiry on auth.sessions (expires_at);
    create index sessions_by_end on auth.sessions (ended_at) where ended_at is not null;
    comment on table auth.sessions is 'one login: the family of its refresh tokens';

    create table auth.refresh_tokens (
      hash bytea primary key check (octet_length(hash) = 32),
      session_id uuid not null references auth.sessions (id) on delete cascade,
      issued_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null,
      used_at timestamptz,
      successor_salt bytea
    );
    create index refresh_tokens_of_session on auth.refresh_tokens (session_id);
    create index refresh_tokens_by_expiry on auth.refresh_tokens (expires_at);
    comment on column auth.refresh_tokens.hash is 'SHA-256 of the token; the token itself is nowhere';
    comment on column auth.refresh_tokens.successor_salt is
      'with the used token it gives the next one again; forgotten when that is used';
  `,
};
