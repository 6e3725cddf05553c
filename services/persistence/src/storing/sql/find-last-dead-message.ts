import type { Statement } from '@chat-app/database';

/** Id of the newest dead message; 0 where there is none. */
export const FIND_LAST_DEAD_MESSAGE: Statement = {
  name: 'find_last_dead_message',
  text: `
select coalesce(max(id), 0) as id from chat.dead_messages`,
};

export interface FindLastDeadMessageRow {
  id: number;
}
