import { asError, HttpError, route, type HttpResult, type Route } from '@chat-app/platform';
import { LoginRequest, SessionResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import type { LoginOutcome } from '../metrics';
import { preparePassword } from '../passwords/prepare-password';
import { refusal } from '../refusal';
import { answerSession, type GrantedSession } from './answer-session';
import { startSession } from './start-session';
import type { SessionDevice } from './sql/open-session';
import { findCredentials, type Credentials } from '../passwords/sql/find-credentials';
import { replaceHash } from '../passwords/sql/replace-hash';
import { chargeAddress } from '../throttling/charge-address';
import { usernameKey } from '../accounts/username-key';
import { verifyCredentials } from '../passwords/verify-credentials';

interface Login {
  username: string;
  password: string;
  device: SessionDevice;
}

/** `POST /login`, and `GET /login` with a JSON body: the legacy client's request. */
export function logInRoutes(context: Context): Route[] {
  return (['POST', 'GET'] as const).map((method) =>
    route({
      method,
      path: '/login',
      summary: 'Opens a session: an access token and a refresh token.',
      access: 'public',
      body: LoginRequest,
      responses: { 200: SessionResponse },
      handle: ({ body, address, userAgent, signal }) =>
        logIn(context, { ...body, device: { name: body.device_name, userAgent } }, address, signal),
    }),
  );
}

async function logIn(context: Context, login: Login, address: string, signal: AbortSignal): Promise<HttpResult> {
  try {
    const answer = answerSession(context, 200, await openSession(context, login, address, signal));
    context.metrics.logins.inc({ outcome: 'succeeded' satisfies LoginOutcome });
    return answer;
  } catch (thrown) {
    context.metrics.logins.inc({ outcome: outcomeOf(thrown) });
    throw thrown;
  }
}

async function openSession(
  context: Context,
  { username, password, device }: Login,
  address: string,
  signal: AbortSignal,
): Promise<GrantedSession> {
  const key = usernameKey(username);
  const prepared = preparePassword(password, 'password');
  chargeAddress(context, context.loginAddresses, address);
  let failed = true;
  try {
    const find = () => findCredentials(context.database, key);
    const user = await verifyCredentials(context, key, prepared, find, signal);
    // A password changed between the look and the session is a wrong one by now.
    const session = user && (await startSession(context, context.database, user, device));
    if (user === undefined || session === undefined) {
      throw refusal('wrong_credentials', 'the user name or the password is wrong');
    }
    failed = false;
    await renewHash(context, user, prepared, signal);
    return session;
  } catch (thrown) {
    failed &&= thrown instanceof HttpError && ['wrong_credentials', 'rate_limited'].includes(thrown.code);
    throw thrown;
  } finally {
    // Only what guesses is counted against an address: many people may share one.
    if (!failed) context.loginAddresses.refund(address);
  }
}

/** Hashes the password anew where the parameters changed since. Its failure is no reason to refuse the login. */
async function renewHash(context: Context, user: Credentials, password: string, signal: AbortSignal): Promise<void> {
  try {
    if (!context.passwords.isOutdated(user.password_hash)) return;
    const hash = await context.passwords.inTurn((turn) => turn.hash(password), signal);
    await replaceHash(context.database, user.id, user.password_hash, hash);
  } catch (thrown) {
    context.logger.warn('a password hash could not be renewed', { user_id: user.id, error: asError(thrown) });
  }
}

function outcomeOf(thrown: unknown): LoginOutcome {
  if (!(thrown instanceof HttpError)) return 'failed';
  switch (thrown.code) {
    case 'wrong_credentials':
      return 'wrong_credentials';
    case 'rate_limited':
      return 'throttled';
    case 'overloaded':
      return 'overloaded';
    default:
      return 'refused';
  }
}
