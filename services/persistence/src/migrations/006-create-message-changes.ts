import type { Migration } from '@chat-app/database';

/** What became of a message since it was sent. A deleted one keeps its row, with its content taken away. */
export const createMessageChanges: Migration = {
  name: '006_create_message_changes',
  sql: `
alter table chat.messages add column edited_at timestamptz, add column deleted_at timestamptz, add column deleted_by uuid;
comment on column chat.messages.deleted_at is 'then content is empty, data and extra are null';
`,
};
