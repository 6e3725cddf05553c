import { route, type Route, type RouteRequest, type TokenClaims } from '@chat-app/platform';
import { ChangePasswordRequest, ChangePasswordResponse } from '@chat-app/protocol';
import type { z } from 'zod';
import { audited } from '../audited';
import type { Context } from '../context';
import { rememberDevice } from '../devices/device-proof';
import { forgetDevices } from '../devices/sql/forget-devices';
import { preparePassword } from './prepare-password';
import { refuseBreachedPassword } from './refuse-breached-password';
import { requireStrongPassword } from './require-strong-password';
import { refusal } from '../refusal';
import { announceSignedOut } from '../sessions/announce-signed-out';
import { endOtherSessions } from '../sessions/sql/end-other-sessions';
import { findCredentialsOfSession } from './sql/find-credentials-of-session';
import { replacePassword } from './sql/replace-password';
import { verifyCredentials } from './verify-credentials';

/** `PUT /password`: a new password for the caller, who must know the old one. All other sessions end, known devices are forgotten. */
export function changePasswordRoute(context: Context): Route {
  return route({
    method: 'PUT',
    path: '/password',
    summary: "Changes the caller's password and ends all other sessions.",
    access: 'user',
    body: ChangePasswordRequest,
    responses: { 200: ChangePasswordResponse },
    handle: audited(context, 'change_password', async ({ body, caller, address, signal }: ChangeCall) => {
      const { ended, deviceProof } = await changePassword(context, body, caller, address, signal);
      await announceSignedOut(context, caller.userId, ended, 'password_change');
      const answer: ChangePasswordResponse = { device_proof: deviceProof };
      return { status: 200, body: answer, headers: { 'cache-control': 'no-store' } };
    }),
  });
}

type ChangeCall = RouteRequest<undefined, undefined, z.infer<typeof ChangePasswordRequest>>;

async function changePassword(
  context: Context,
  body: { password: string; new_password: string },
  { userId, sessionId }: TokenClaims,
  address: string,
  signal: AbortSignal,
): Promise<{ ended: string[]; deviceProof: string }> {
  const password = preparePassword(body.password, 'password');
  // An access token outlives its session by minutes; it must not be good for this.
  const user = await findCredentialsOfSession(context.database, sessionId, userId);
  if (user === undefined) throw refusal('token_invalid', 'the session was ended');
  const newPassword = requireStrongPassword(body.new_password, 'new_password', user.username);
  const attempt = { kind: 'session', sessionId } as const;
  const given = { attempt, password, address };
  const verified = await verifyCredentials(context, given, () => Promise.resolve(user), signal);
  if (verified === undefined) throw wrongPassword();
  await refuseBreachedPassword(context, newPassword, 'new_password', signal);
  const hash = await context.passwords.inTurn(address, (turn) => turn.hash(newPassword), signal);
  return context.database.transaction(async (transaction) => {
    if (!(await replacePassword(transaction, userId, user.password_version, hash))) throw wrongPassword();
    await forgetDevices(transaction, userId);
    const ended = await endOtherSessions(transaction, userId, sessionId, 'password_change');
    return { ended, deviceProof: await rememberDevice(context, transaction, userId) };
  });
}

function wrongPassword(): Error {
  return refusal('wrong_credentials', 'the password is wrong');
}
