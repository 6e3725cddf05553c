import type { Migration } from '@chat-app/database';

/** Of changed messages alone. By itself, as every index of a table that is in use. */
export const indexMessagesByVersion: Migration = {
  name: '014_index_messages_by_version',
  sql: `
create index messages_by_version on chat.messages (conversation_id, version) where version is not null;
`,
};
