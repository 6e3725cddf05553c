import type { Migration } from '@chat-app/database';

/** How a conversation is to one member: the settings that differ from the default, by name. Null: none does. */
export const createConversationSettings: Migration = {
  name: '010_create_conversation_settings',
  sql: `
alter table chat.members add column settings jsonb;
`,
};
