import type { TokenClaims } from '@chat-app/platform';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { sessionStands } from './sql/session-stands';

/**
 * What decides over sessions is not done by one that was ended, not even in the second in which its access token is still
 * taken elsewhere. @throws HttpError token_invalid
 */
export async function requireStanding(context: Context, { sessionId, userId }: TokenClaims): Promise<void> {
  if (!(await sessionStands(context.database, sessionId, userId))) {
    throw sessionEnded();
  }
}

export function sessionEnded(): Error {
  return refusal('token_invalid', 'the session was ended');
}
