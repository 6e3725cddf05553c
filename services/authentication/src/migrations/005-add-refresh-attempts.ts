import type { Migration } from '@chat-app/database';

export const addRefreshAttempts: Migration = {
  name: '005_add_refresh_attempts',
  sql: `
    alter table auth.refresh_tokens
      add column attempt_hash bytea check (octet_length(attempt_hash) in (0, 32));
    comment on column auth.refresh_tokens.attempt_hash is
      'SHA-256 of the attempt id that used the token; empty where a client gave none, null where a pod that knows none took it';
  `,
};
