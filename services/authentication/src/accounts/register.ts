import type { Queryable } from '@chat-app/database';
import { route, type Route, type RouteRequest } from '@chat-app/platform';
import { newId, RegisterRequest, SessionResponse } from '@chat-app/protocol';
import type { z } from 'zod';
import { audited } from '../audited';
import type { Context } from '../context';
import { rememberDevice } from '../devices/device-proof';
import { refuseBreachedPassword } from '../passwords/refuse-breached-password';
import { requireStrongPassword } from '../passwords/require-strong-password';
import { refusal } from '../refusal';
import { answerSession, type GrantedSession } from '../sessions/answer-session';
import type { SessionDevice } from '../sessions/sql/open-session';
import { startSession } from '../sessions/start-session';
import { findUserByName } from './sql/find-user-by-name';
import { isReservedName } from './reserved-names';
import { claimLooks } from './sql/claim-looks';
import { insertUser, type NewUser } from './sql/insert-user';
import { chargeAddress } from '../throttling/charge-address';
import { looksOf, nameKeys } from './username-key';

/**
 * `POST /register`: a new user, logged in at once. That a name is taken is told (a user has to choose another); it is
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
    handle: audited(context, 'register', async ({ body, address, userAgent, signal }: RegisterCall, subject) => {
      const device = { name: body.device_name, userAgent };
      const session = await register(context, { ...body, device }, address, signal);
      subject.userId = session.userId;
      return answerSession(context, 201, session);
    }),
  });
}

type RegisterCall = RouteRequest<undefined, undefined, z.infer<typeof RegisterRequest>>;

async function register(
  context: Context,
  { username, password, device }: { username: string; password: string; device: SessionDevice },
  address: string,
  signal: AbortSignal,
): Promise<GrantedSession> {
  const keys = nameKeys(username);
  const prepared = requireStrongPassword(password, 'password', username);
  chargeAddress(context, context.registrationAddresses, address);
  if (isReservedName(username, context.configuration.RESERVED_USERNAMES)) {
    throw refused(context, 'username_reserved', 'this user name is reserved');
  }
  // Spares the hash; what decides is the unique keys below.
  if ((await findUserByName(context.database, keys)) !== undefined) throw taken(context);
  await refuseBreachedPassword(context, prepared, 'password', signal);
  const passwordHash = await context.passwords.inTurn(address, (turn) => turn.hash(prepared), signal);
  const session = await context.database.transaction(async (transaction) => {
    const id = newId();
    const user = { id, username: username.normalize('NFC'), keys, passwordHash };
    if (!(await insertUser(transaction, user))) throw taken(context);
    if (!(await claimLooks(transaction, id, looksOf(username)))) throw await lookAlike(context, transaction, user);
    const started = await startSession(context, transaction, { id, password_version: 1 }, device);
    return started && { ...started, deviceProof: await rememberDevice(context, transaction, id) };
  });
  if (session === undefined) throw taken(context);
  context.metrics.registrations.inc({ outcome: 'created' });
  return session;
}

/** Names that are the same look the same too. */
async function lookAlike(context: Context, on: Queryable, { id, keys }: NewUser): Promise<Error> {
  const holder = await findUserByName(on, keys);
  if (holder !== undefined && holder.id !== id) return taken(context);
  return refused(context, 'username_confusable', 'this user name looks like that of another user');
}

function taken(context: Context): Error {
  return refused(context, 'username_taken', 'this user name is taken');
}

function refused(
  context: Context,
  code: 'username_taken' | 'username_confusable' | 'username_reserved',
  message: string,
): Error {
  context.metrics.registrations.inc({ outcome: code });
  return refusal(code, message);
}
