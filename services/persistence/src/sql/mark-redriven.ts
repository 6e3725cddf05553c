import type { Statement } from '@chat-app/platform';

/** These dead messages are back in the log. */
export const MARK_REDRIVEN: Statement = {
  name: 'mark_redriven',
  text: `
update chat.dead_messages set redriven_at = now() where id = any ($1::bigint[])`,
};
