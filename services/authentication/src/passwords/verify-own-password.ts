import type { TokenClaims } from '@chat-app/platform';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { preparePassword } from './prepare-password';
import { findCredentialsOfSession } from './sql/find-credentials-of-session';
import { verifyCredentials } from './verify-credentials';

/**
 * Authenticates a caller again. Failures delay this session alone.
 * @throws HttpError token_invalid where the session was ended, wrong_credentials, rate_limited, overloaded
 */
export async function verifyOwnPassword(
  context: Context,
  { userId, sessionId }: TokenClaims,
  password: string,
  address: string,
  signal: AbortSignal,
): Promise<void> {
  const prepared = preparePassword(password, 'password');
  // An access token may outlive its session by a second or two; it must not be good for this.
  const user = await findCredentialsOfSession(context.database, sessionId, userId);
  if (user === undefined) throw refusal('token_invalid', 'the session was ended');
  const given = { attempt: { kind: 'session', sessionId }, password: prepared, address } as const;
  const verified = await verifyCredentials(context, given, () => Promise.resolve(user), signal);
  if (verified === undefined) throw refusal('wrong_credentials', 'the password is wrong');
}
