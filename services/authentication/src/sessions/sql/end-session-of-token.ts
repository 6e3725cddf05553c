import type { Queryable, Statement } from '@chat-app/database';

const END_SESSION_OF_TOKEN: Statement = {
  name: 'end_session_of_token',
  text: `
    update auth.sessions set ended_at = clock_timestamp(), end_reason = 'log_out'
    where id = (select session_id from auth.refresh_tokens where hash = $1) and ended_at is null
    returning id, user_id`,
};

export interface EndedSession {
  id: string;
  user_id: string;
}

/** Ends the session that a refresh token, used or not, belongs to. Undefined where there is none, or it was ended. */
export async function endSessionOfToken(on: Queryable, hash: Uint8Array): Promise<EndedSession | undefined> {
  const [row] = await on.query<EndedSession>(END_SESSION_OF_TOKEN, [hash]);
  return row;
}
