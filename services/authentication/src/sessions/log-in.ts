import { asError, HttpError, route, type HttpResult, type Route, type RouteRequest } from '@chat-app/platform';
import { LoginRequest, SessionResponse } from '@chat-app/protocol';
import type { z } from 'zod';
import { audited, type AuditSubject } from '../audited';
import type { Context } from '../context';
import { knownDevice, rememberDevice, type KnownDevice } from '../devices/device-proof';
import type { LoginOutcome } from '../metrics';
import { preparePassword } from '../passwords/prepare-password';
import { replaceInitialPassword } from '../passwords/replace-initial-password';
import { refusal } from '../refusal';
import { announceSignedOut } from './announce-signed-out';
import { answerSession, type GrantedSession } from './answer-session';
import { endSurplusSessions } from './sql/end-surplus-sessions';
import { startSession } from './start-session';
import type { SessionDevice } from './sql/open-session';
import { findCredentials, type Credentials } from '../passwords/sql/find-credentials';
import { replaceHash } from '../passwords/sql/replace-hash';
import type { Attempt } from '../throttling/account-throttle';
import { readSessionWait } from '../throttling/sql/read-session-wait';
import { chargeAddress } from '../throttling/charge-address';
import { refuseThrottled } from '../throttling/refuse-throttled';
import { nameKeys, type NameKeys } from '../accounts/username-key';
import { verifyCredentials } from '../passwords/verify-credentials';

type LogInCall = RouteRequest<undefined, undefined, z.infer<typeof LoginRequest>>;
type Login = LogInCall['body'] &
  Pick<LogInCall, 'address' | 'signal'> & { device: SessionDevice; subject: AuditSubject };

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
      handle: audited(context, 'log_in', ({ body, address, userAgent, signal }: LogInCall, subject) =>
        logIn(context, { ...body, device: { name: body.device_name, userAgent }, address, signal, subject }),
      ),
    }),
  );
}

/**
 * One transaction, which a change of the password waits for: a device that knew the former one is either not remembered or
 * forgotten by the change.
 */
function startOnDevice(
  context: Context,
  user: Credentials,
  device: SessionDevice,
  known: KnownDevice | undefined,
): Promise<GrantedSession | undefined> {
  return context.database.transaction(async (transaction) => {
    const session = await startSession(context, transaction, user, device);
    return session && { ...session, deviceProof: await rememberDevice(context, transaction, user.id, known) };
  });
}

/** What may guess, or knows the password and asks again and again. */
const COUNTED_REFUSALS: readonly string[] = [
  'wrong_credentials',
  'account_disabled',
  'password_change_required',
  'password_expired',
  'password_too_common',
  'invalid_request',
  'rate_limited',
];

async function logIn(context: Context, login: Login): Promise<HttpResult> {
  try {
    const answer = answerSession(context, 200, await openSession(context, login));
    context.metrics.logins.inc({ outcome: 'succeeded' satisfies LoginOutcome });
    return answer;
  } catch (thrown) {
    context.metrics.logins.inc({ outcome: outcomeOf(thrown) });
    throw thrown;
  }
}

async function openSession(context: Context, login: Login): Promise<GrantedSession> {
  const { address, signal, subject } = login;
  const name = nameKeys(login.username);
  const password = preparePassword(login.password, 'password');
  const { known, release } = await chargeStranger(context, login, name);
  const attempt: Attempt =
    known === undefined
      ? { kind: 'stranger', usernameKey: name.folded, address }
      : { kind: 'device', hash: known.hash };
  let failed = true;
  try {
    await requireFewSessions(context, name);
    const find = async () => {
      const found = await findCredentials(context.database, name);
      if (found !== undefined) subject.userId = found.id;
      return found;
    };
    const verified = await verifyCredentials(context, { attempt, password, address }, find, signal);
    if (verified?.disabled === true) throw refusal('account_disabled', 'this account is disabled');
    const { username, new_password: newPassword } = login;
    const user =
      verified &&
      (await replaceInitialPassword(context, verified, { username, password, newPassword, address, signal }));
    // A password changed between the look and the session is a wrong one by now.
    const session = user && (await startOnDevice(context, user, login.device, known));
    if (user === undefined || session === undefined) {
      throw refusal('wrong_credentials', 'the user name or the password is wrong');
    }
    failed = false;
    await endSurplus(context, user.id);
    if (newPassword === undefined) await renewHash(context, user, password, address, signal);
    return session;
  } catch (thrown) {
    failed &&= thrown instanceof HttpError && COUNTED_REFUSALS.includes(thrown.code);
    throw thrown;
  } finally {
    // Only what guesses is counted against an address: many people may share one.
    if (!failed) release();
  }
}

/**
 * Takes an attempt from the address, but for a device that is known: guessing through one is delayed by itself, and whoever
 * shares its address is not its business. A proof is looked for within a budget of its own: invented ones would cost a query
 * each, where the address has no attempt left. @throws HttpError rate_limited
 */
async function chargeStranger(
  context: Context,
  { device_proof, address }: Login,
  name: NameKeys,
): Promise<{ known: KnownDevice | undefined; release: () => void }> {
  if (device_proof === undefined) {
    return { known: undefined, release: chargeAddress(context, context.loginAddresses, address) };
  }
  const releaseProof = chargeAddress(context, context.deviceProofAddresses, address);
  let known: KnownDevice | undefined;
  try {
    known = await knownDevice(context, device_proof, name);
  } catch (thrown) {
    releaseProof();
    throw thrown;
  }
  if (known !== undefined) {
    releaseProof();
    return { known, release: () => undefined };
  }
  const releaseAttempt = chargeAddress(context, context.loginAddresses, address);
  return {
    known,
    release: () => {
      releaseProof();
      releaseAttempt();
    },
  };
}

/**
 * Successes are bounded too: each takes a core for a moment, and begins a session. Asked before the password is looked at,
 * so that the refusal does not tell whether it was right. @throws HttpError rate_limited
 */
async function requireFewSessions(context: Context, name: NameKeys): Promise<void> {
  const perMinute = context.configuration.LOGINS_PER_USER_PER_MINUTE;
  refuseThrottled(context, 'logins', await readSessionWait(context.database, name, perMinute));
}

/** Ends what is beyond the most sessions that a user may have. */
async function endSurplus(context: Context, userId: string): Promise<void> {
  const ended = await endSurplusSessions(context.database, userId, context.configuration.SESSIONS_PER_USER);
  await announceSignedOut(context, userId, ended, 'surplus');
}

/** Hashes the password anew where the parameters changed since. Its failure is no reason to refuse the login. */
async function renewHash(
  context: Context,
  user: Credentials,
  password: string,
  address: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (!context.passwords.isOutdated(user.password_hash)) return;
    const hash = await context.passwords.inTurn(address, (turn) => turn.hash(password), signal);
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
