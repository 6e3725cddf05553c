import type { Statement } from '@chat-app/database';

/** Holds a group still: nobody else changes its members, no batch is stored to it. See migration 002 for the order of locks. */
export const LOCK_GROUP: Statement = {
  name: 'lock_group',
  text: `
select kind from chat.conversations where id = $1 for update`,
};

export interface LockGroupRow {
  kind: 'direct' | 'group';
}
