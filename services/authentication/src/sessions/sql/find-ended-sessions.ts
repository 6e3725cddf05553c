import type { Queryable, Statement } from '@chat-app/database';

const FIND_ENDED_SESSIONS: Statement = {
  name: 'find_ended_sessions',
  text: `
    select sessions.id
    from unnest($1::uuid[]) as asked (id)
    join auth.sessions on sessions.id = asked.id
    where sessions.ended_at is not null or sessions.expires_at <= clock_timestamp()`,
};

/** Those of the sessions that were ended or are over. */
export async function findEndedSessions(on: Queryable, sessionIds: readonly string[]): Promise<string[]> {
  const rows = await on.query<{ id: string }>(FIND_ENDED_SESSIONS, [sessionIds]);
  return rows.map((row) => row.id);
}
