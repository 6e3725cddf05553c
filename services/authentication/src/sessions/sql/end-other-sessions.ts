import type { Queryable, Statement } from '@chat-app/database';

const END_OTHER_SESSIONS: Statement = {
  name: 'end_other_sessions',
  text: `
    update auth.sessions set ended_at = clock_timestamp(), end_reason = 'password_change'
    where user_id = $1 and id <> $2 and ended_at is null
    returning id`,
};

/** Ends all sessions of a user but one; answers their ids. */
export async function endOtherSessions(on: Queryable, userId: string, keptSessionId: string): Promise<string[]> {
  const rows = await on.query<{ id: string }>(END_OTHER_SESSIONS, [userId, keptSessionId]);
  return rows.map((row) => row.id);
}
