import { route, type Route, type RouteRequest } from '@chat-app/platform';
import { ChangePasswordRequest, ChangePasswordResponse } from '@chat-app/protocol';
import type { z } from 'zod';
import { audited } from '../audited';
import type { Context } from '../context';
import { rememberDevice } from '../devices/device-proof';
import { forgetDevices } from '../devices/sql/forget-devices';
import { refuseBreachedPassword } from './refuse-breached-password';
import { requireStrongPassword } from './require-strong-password';
import { announceSignedOut } from '../sessions/announce-signed-out';
import { endOtherSessions } from '../sessions/sql/end-other-sessions';
import { replacePassword } from './sql/replace-password';
import { findOwnCredentials, verifyOwnPassword, wrongPassword } from './verify-own-password';

/** `PUT /password`: a new password for the caller, who must know the old one. All other sessions end, known devices are forgotten. */
export function changePasswordRoute(context: Context): Route {
  return route({
    method: 'PUT',
    path: '/password',
    summary: "Changes the caller's password and ends all other sessions.",
    access: 'user',
    body: ChangePasswordRequest,
    responses: { 200: ChangePasswordResponse },
    handle: audited(context, 'change_password', async (call: ChangeCall) => {
      const { ended, deviceProof } = await changePassword(context, call);
      await announceSignedOut(context, call.caller.userId, ended, 'password_change');
      const answer: ChangePasswordResponse = { device_proof: deviceProof };
      return { status: 200, body: answer, headers: { 'cache-control': 'no-store' } };
    }),
  });
}

type ChangeCall = RouteRequest<undefined, undefined, z.infer<typeof ChangePasswordRequest>>;

async function changePassword(context: Context, call: ChangeCall): Promise<{ ended: string[]; deviceProof: string }> {
  const { body, caller, address, signal } = call;
  const { userId, sessionId } = caller;
  const user = await findOwnCredentials(context, caller);
  const newPassword = requireStrongPassword(body.new_password, 'new_password', user.username);
  await verifyOwnPassword(context, user, call);
  await refuseBreachedPassword(context, newPassword, 'new_password', signal);
  const hash = await context.passwords.inTurn(address, (turn) => turn.hash(newPassword), signal);
  return context.database.transaction(async (transaction) => {
    if (!(await replacePassword(transaction, userId, user.password_version, hash))) throw wrongPassword();
    await forgetDevices(transaction, userId);
    const ended = await endOtherSessions(transaction, userId, sessionId, 'password_change');
    return { ended, deviceProof: await rememberDevice(context, transaction, userId) };
  });
}
