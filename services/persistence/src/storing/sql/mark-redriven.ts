import type { Queryable, Statement } from '@chat-app/database';

const MARK_REDRIVEN: Statement = {
  name: 'mark_redriven',
  text: `
update chat.dead_messages set redriven_at = now() where redriven_at is null and id = any ($1::bigint[])`,
};

/** These dead messages are back in the log. */
export async function markRedriven(on: Queryable, ids: readonly number[]): Promise<void> {
  await on.query(MARK_REDRIVEN, [ids]);
}
