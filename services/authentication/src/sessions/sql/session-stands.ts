import type { Queryable, Statement } from '@chat-app/database';

const SESSION_STANDS: Statement = {
  name: 'session_stands',
  text: `
    select id from auth.sessions
    where id = $1 and user_id = $2 and ended_at is null and expires_at > clock_timestamp()`,
};

/** Whether a session of the user stands at this moment. */
export async function sessionStands(on: Queryable, sessionId: string, userId: string): Promise<boolean> {
  return (await on.query(SESSION_STANDS, [sessionId, userId])).length === 1;
}
