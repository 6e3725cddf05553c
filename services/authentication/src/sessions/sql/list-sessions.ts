import type { Queryable, Statement } from '@chat-app/database';

const LIST_SESSIONS: Statement = {
  name: 'list_sessions',
  text: `
    select id, device_name, user_agent, created_at, coalesce(last_used_at, created_at) as last_used_at
    from auth.sessions
    where user_id = $1 and ended_at is null and expires_at > clock_timestamp()
    order by (id = $2) desc, last_used_at desc, id
    limit $3`,
};

export interface SessionRow {
  id: string;
  device_name: string | null;
  user_agent: string | null;
  created_at: Date;
  last_used_at: Date;
}

/** Sessions of a user that stand: `first` first, then the last used one; at most `limit`. */
export async function listSessions(on: Queryable, userId: string, first: string, limit: number): Promise<SessionRow[]> {
  return on.query<SessionRow>(LIST_SESSIONS, [userId, first, limit]);
}
