import { route, type Route } from '@chat-app/platform';
import { newId, RegisterRequest, SessionResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { rememberDevice } from '../devices/device-proof';
import { preparePassword } from '../passwords/prepare-password';
import { refusal } from '../refusal';
import { answerSession, type GrantedSession } from '../sessions/answer-session';
import type { SessionDevice } from '../sessions/sql/open-session';
import { startSession } from '../sessions/start-session';
import { findUserByName } from './sql/find-user-by-name';
import { insertUser } from './sql/insert-user';
import { chargeAddress } from '../throttling/charge-address';
import { usernameKey } from './username-key';

/**
 * `POST /register`: a new user, logged in at once. That a name is taken is told (a person has to choose another); it is
 * the one place where it is, and bounded per address.
 */
export function registerRoute(context: Context): Route {
  return route({
    method: 'POST',
    path: '/register',
    summary: 'Creates a user and logs it in.',
    access: 'public',
    body: RegisterRequest,
    responses: { 201: SessionResponse },
    async handle({ body, address, userAgent, signal }) {
      const device = { name: body.device_name, userAgent };
      return answerSession(context, 201, await register(context, { ...body, device }, address, signal));
    },
  });
}

async function register(
  context: Context,
  { username, password, device }: { username: string; password: string; device: SessionDevice },
  address: string,
  signal: AbortSignal,
): Promise<GrantedSession> {
  const key = usernameKey(username);
  requireSameAlphabet(key);
  const prepared = preparePassword(password, 'password');
  chargeAddress(context, context.registrationAddresses, address);
  // Spares the hash; what decides is the unique key below.
  if ((await findUserByName(context.database, key)) !== undefined) throw taken(context);
  const passwordHash = await context.passwords.inTurn(address, (turn) => turn.hash(prepared), signal);
  const session = await context.database.transaction(async (transaction) => {
    const id = newId();
    if (!(await insertUser(transaction, { id, username, usernameKey: key, passwordHash }))) return undefined;
    const session = await startSession(context, transaction, { id, password_version: 1 }, device);
    return session && { ...session, deviceProof: await rememberDevice(context, transaction, id) };
  });
  if (session === undefined) throw taken(context);
  context.metrics.registrations.inc({ outcome: 'created' });
  return session;
}

/** NFKC may turn a letter into several characters, spaces among them (U+FDFA), or make a name longer than allowed. */
function requireSameAlphabet(key: string): void {
  if (key.length > 64 || !/^[\p{L}\p{M}\p{N}._-]+$/u.test(key)) {
    throw refusal('invalid_request', 'username: is not a name once normalised (NFKC)');
  }
}

function taken(context: Context): Error {
  context.metrics.registrations.inc({ outcome: 'username_taken' });
  return refusal('username_taken', 'this user name is taken');
}
