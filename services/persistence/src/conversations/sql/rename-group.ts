import type { Statement } from '@chat-app/database';

/** Gives a group another title. */
export const RENAME_GROUP: Statement = {
  name: 'rename_group',
  text: `
update chat.conversations set title = $2 where id = $1`,
};
