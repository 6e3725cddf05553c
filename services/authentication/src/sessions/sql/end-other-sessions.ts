import type { Queryable, Statement } from '@chat-app/database';
import type { EndReason } from './end-session';

const END_OTHER_SESSIONS: Statement = {
  name: 'end_other_sessions',
  text: `
    update auth.sessions set ended_at = clock_timestamp(), end_reason = $3
    where user_id = $1 and id <> $2 and ended_at is null
    returning id`,
};

/** Ends all sessions of a user but one; answers their ids. */
export async function endOtherSessions(
  on: Queryable,
  userId: string,
  keptSessionId: string,
  reason: EndReason,
): Promise<string[]> {
  const rows = await on.query<{ id: string }>(END_OTHER_SESSIONS, [userId, keptSessionId, reason]);
  return rows.map((row) => row.id);
}
