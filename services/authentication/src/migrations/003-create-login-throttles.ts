import type { Migration } from '@chat-app/database';

export const createLoginThrottles: Migration = {
  name: '003_create_login_throttles',
  sql: `
    create table auth.login_throttles (
      key bytea primary key check (octet_length(key) = 32),
      failures integer not null,
      attempted_at timestamptz not null,
      blocked_until timestamptz not null
    );
    create index login_throttles_by_attempt on auth.login_throttles (attempted_at);
    comment on column auth.login_throttles.key is
      'SHA-256 of the name tried, which may be of no user, or a password typed into the wrong field';
  `,
};
