import type { TokenClaims } from '@chat-app/platform';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { sessionEnded } from '../sessions/require-standing';
import { preparePassword } from './prepare-password';
import { findCredentialsOfSession, type OwnCredentials } from './sql/find-credentials-of-session';
import { verifyCredentials } from './verify-credentials';

/** A call that gives the caller's password, beside the access token. */
export interface OwnPasswordCall {
  caller: TokenClaims;
  body: { password: string };
  address: string;
  signal: AbortSignal;
}

/**
 * The first half of authenticating a caller again: the session stands. An access token may outlive its session by a second
 * or two; it must not be good for this. @throws HttpError token_invalid where the session was ended
 */
export async function findOwnCredentials(
  { database }: Pick<Context, 'database'>,
  { sessionId, userId }: TokenClaims,
): Promise<OwnCredentials> {
  const user = await findCredentialsOfSession(database, sessionId, userId);
  if (user === undefined) throw sessionEnded();
  return user;
}

/**
 * The second half: the password is theirs. Failures delay this session alone.
 * @throws HttpError wrong_credentials, rate_limited, overloaded
 */
export async function verifyOwnPassword(
  context: Context,
  user: OwnCredentials,
  { caller, body, address, signal }: OwnPasswordCall,
): Promise<void> {
  const attempt = { kind: 'session', sessionId: caller.sessionId } as const;
  const given = { attempt, password: preparePassword(body.password, 'password'), address };
  const verified = await verifyCredentials(context, given, () => Promise.resolve(user), signal);
  if (verified === undefined) throw wrongPassword();
}

export function wrongPassword(): Error {
  return refusal('wrong_credentials', 'the password is wrong');
}
