import type { Queryable, Statement } from '@chat-app/database';
import type { EndReason } from './end-session';

const END_ALL_SESSIONS: Statement = {
  name: 'end_all_sessions',
  text: `
    update auth.sessions set ended_at = clock_timestamp(), end_reason = $2
    where user_id = $1 and ended_at is null
    returning id`,
};

/** Ends all sessions of a user; answers their ids. */
export async function endAllSessions(on: Queryable, userId: string, reason: EndReason): Promise<string[]> {
  const rows = await on.query<{ id: string }>(END_ALL_SESSIONS, [userId, reason]);
  return rows.map((row) => row.id);
}
