import type { Migration } from '@chat-app/database';

export const addSessionDevices: Migration = {
  name: '006_add_session_devices',
  sql: `
    alter table auth.sessions
      add column device_name text,
      add column user_agent text,
      add column last_used_at timestamptz;
    comment on column auth.sessions.device_name is 'as its client named it; shown to its user';
    comment on column auth.sessions.user_agent is 'of the log-in; shown to its user where the device has no name';
    comment on column auth.sessions.last_used_at is 'the last refresh; null before the first';
  `,
};
