import type { Queryable, Statement } from '@chat-app/database';

/** Rows that another pod is deleting are skipped, not waited for. Refresh tokens go with their session. */
const DELETE_EXPIRED_SESSIONS: Statement = {
  name: 'delete_expired_sessions',
  text: `
    delete from auth.sessions where id in (
      select id from auth.sessions
      where expires_at < clock_timestamp() - make_interval(secs => $1)
        or ended_at < clock_timestamp() - make_interval(secs => $1)
      limit $2
      for update skip locked
    )
    returning id`,
};

/** Deletes at most `limit` sessions that expired or were ended at least this long ago; answers how many. */
export async function deleteExpiredSessions(on: Queryable, keptS: number, limit: number): Promise<number> {
  return (await on.query(DELETE_EXPIRED_SESSIONS, [keptS, limit])).length;
}
