import type { Queryable, Statement } from '@chat-app/database';

const END_SURPLUS_SESSIONS: Statement = {
  name: 'end_surplus_sessions',
  text: `
    update auth.sessions set ended_at = clock_timestamp(), end_reason = 'surplus'
    where ended_at is null and id in (
      select id from auth.sessions where user_id = $1 and ended_at is null and expires_at > clock_timestamp()
      order by coalesce(last_used_at, created_at) desc, id desc
      offset $2
    )
    returning id`,
};

/** Ends the sessions of a user beyond the most that one may have, those unused for longest; answers their ids. */
export async function endSurplusSessions(on: Queryable, userId: string, maxSessions: number): Promise<string[]> {
  const rows = await on.query<{ id: string }>(END_SURPLUS_SESSIONS, [userId, maxSessions]);
  return rows.map((row) => row.id);
}
