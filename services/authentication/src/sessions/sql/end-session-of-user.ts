import type { Queryable, Statement } from '@chat-app/database';

const END_SESSION_OF_USER: Statement = {
  name: 'end_session_of_user',
  text: `
    update auth.sessions set ended_at = clock_timestamp(), end_reason = 'log_out'
    where id = $1 and user_id = $2 and ended_at is null
    returning id`,
};

/** Ends a session where it is this user's. False where it is not, or was ended before. */
export async function endSessionOfUser(on: Queryable, sessionId: string, userId: string): Promise<boolean> {
  return (await on.query(END_SESSION_OF_USER, [sessionId, userId])).length === 1;
}
