import type { Statement } from '@chat-app/database';

/** These dead messages are back in the log. */
export const MARK_REDRIVEN: Statement = {
  name: 'mark_redriven',
  text: `
update chat.dead_messages set redriven_at = now() where redriven_at is null and id = any ($1::bigint[])`,
};
