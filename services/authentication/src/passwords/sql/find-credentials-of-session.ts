import type { Queryable, Statement } from '@chat-app/database';
import type { Credentials } from './find-credentials';

const FIND_CREDENTIALS_OF_SESSION: Statement = {
  name: 'find_credentials_of_session',
  text: `
    select users.id, users.username, users.password_hash, users.password_version,
      users.disabled_at is not null as disabled
    from auth.sessions join auth.users on users.id = sessions.user_id
    where sessions.id = $1 and sessions.user_id = $2 and sessions.ended_at is null
      and sessions.expires_at > clock_timestamp()`,
};

/** Credentials of a user who asks. */
export type OwnCredentials = Credentials & { username: string };

/** Credentials of a user, asked for by one of the user's sessions. Undefined where that session is over. */
export async function findCredentialsOfSession(
  on: Queryable,
  sessionId: string,
  userId: string,
): Promise<OwnCredentials | undefined> {
  const [row] = await on.query<OwnCredentials>(FIND_CREDENTIALS_OF_SESSION, [sessionId, userId]);
  return row;
}
