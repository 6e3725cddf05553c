import type { Context } from '../context';
import { forgetDevices } from '../devices/sql/forget-devices';
import { refusal } from '../refusal';
import type { LoginCredentials } from './sql/find-credentials';
import { replacePassword } from './sql/replace-password';
import { refuseBreachedPassword } from './refuse-breached-password';
import { requireStrongPassword } from './require-strong-password';

export interface InitialLogin {
  username: string;
  /** Prepared: the one that was verified. */
  password: string;
  newPassword: string | undefined;
  address: string;
  signal: AbortSignal;
}

/**
 * A password that an operator set opens nothing: it is changed in the log-in itself for one that the user alone knows.
 * @returns the credentials to begin a session with; undefined where the password was changed meanwhile
 * @throws HttpError password_change_required, password_expired, password_too_common, invalid_request
 */
export async function replaceInitialPassword(
  context: Context,
  user: LoginCredentials,
  login: InitialLogin,
): Promise<LoginCredentials | undefined> {
  const { newPassword, username, address, signal } = login;
  if (user.password_kind === 'own') {
    // Whoever sent it would believe that the password was changed.
    if (newPassword !== undefined) throw refusal('invalid_request', 'new_password: is changed with PUT /password');
    return user;
  }
  if (user.password_kind === 'expired') {
    throw refusal('password_expired', 'this password was set by an operator and its time is over');
  }
  if (newPassword === undefined) {
    throw refusal('password_change_required', 'this password was set by an operator; send new_password along');
  }
  const password = requireStrongPassword(newPassword, 'new_password', username);
  if (password === login.password) throw refusal('invalid_request', 'new_password: is the one that is to be changed');
  await refuseBreachedPassword(context, password, 'new_password', signal);
  const hash = await context.passwords.inTurn(address, (turn) => turn.hash(password), signal);
  const replaced = await context.database.transaction(async (transaction) => {
    if (!(await replacePassword(transaction, user.id, user.password_version, hash))) return false;
    await forgetDevices(transaction, user.id);
    return true;
  });
  if (!replaced) return undefined;
  return { ...user, password_hash: hash, password_version: user.password_version + 1, password_kind: 'own' };
}
