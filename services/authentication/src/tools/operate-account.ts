import { randomBytes } from 'node:crypto';
import type { Queryable } from '@chat-app/database';
import { PlatformError } from '@chat-app/platform';
import { isUuid } from '@chat-app/protocol';
import { findUser, type User } from '../accounts/sql/find-user';
import { findUserByName } from '../accounts/sql/find-user-by-name';
import { setDisabled } from '../accounts/sql/set-disabled';
import { showAccount, type Account } from '../accounts/sql/show-account';
import { nameKeys } from '../accounts/username-key';
import type { Context } from '../context';
import { forgetDevices } from '../devices/sql/forget-devices';
import { setPassword } from '../passwords/sql/set-password';
import { announceSignedOut } from '../sessions/announce-signed-out';
import { endAllSessions } from '../sessions/sql/end-all-sessions';
import type { EndReason } from '../sessions/sql/end-session';
import type { AccountOrder } from './parse-account-arguments';
import { recordOperatorAct } from './sql/record-operator-act';

export interface OperatorContext extends Pick<
  Context,
  'database' | 'fanout' | 'metrics' | 'logger' | 'passwords' | 'audit'
> {
  /** How long a password that is set here can be changed for the user's own, seconds. */
  initialPasswordTtlS: number;
}

/** What became of it: the account as it is now, and what the act brought about. */
export interface OperatedAccount extends Account {
  ended_sessions?: number;
  /** Shown this once. It opens no session: its user changes it in the next log-in, until `initial_password_until`. */
  new_password?: string;
}

/**
 * Does what an operator wants done to an account. What it changes is committed together with the note of it, which a pod
 * writes to its audit log. @throws PlatformError configuration_invalid, where there is no such user
 */
export async function operateAccount(context: OperatorContext, { act, user }: AccountOrder): Promise<OperatedAccount> {
  const { database } = context;
  const { id } = await findAccount(database, user);
  const outcome: Omit<OperatedAccount, keyof Account> = {};
  if (act === 'enable') await inOneAct(context, id, act, (on) => setDisabled(on, id, false));
  if (act === 'disable') {
    outcome.ended_sessions = await endSessions(context, id, act, 'disabled', (on) => setDisabled(on, id, true));
  }
  if (act === 'end-sessions') outcome.ended_sessions = await endSessions(context, id, act, 'operator');
  if (act === 'reset-password') {
    const password = randomBytes(15).toString('base64url');
    const hash = await context.passwords.inTurn('', (turn) => turn.hash(password));
    outcome.ended_sessions = await endSessions(context, id, act, 'operator', async (on) => {
      await setPassword(on, id, hash, context.initialPasswordTtlS);
      await forgetDevices(on, id);
    });
    outcome.new_password = password;
  }
  const account = await showAccount(database, id);
  if (account === undefined) throw unknown(user);
  return { ...account, ...outcome };
}

async function findAccount(on: Queryable, user: string): Promise<User> {
  const found = isUuid(user) ? await findUser(on, user.toLowerCase()) : await findUserByName(on, nameKeys(user));
  if (found === undefined) throw unknown(user);
  return found;
}

function unknown(user: string): PlatformError {
  return new PlatformError('configuration_invalid', `there is no user ${JSON.stringify(user)}`);
}

/** Changes the account, ends all its sessions, and says so to their sockets. @returns how many ended */
async function endSessions(
  context: OperatorContext,
  userId: string,
  act: string,
  reason: EndReason,
  change: (on: Queryable) => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const ended = await inOneAct(context, userId, act, async (on) => {
    await change(on);
    return endAllSessions(on, userId, reason);
  });
  await announceSignedOut(context, userId, ended, reason);
  return ended.length;
}

function inOneAct<Result>(
  { database }: OperatorContext,
  userId: string,
  act: string,
  change: (on: Queryable) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (transaction) => {
    const result = await change(transaction);
    await recordOperatorAct(transaction, act, userId);
    return result;
  });
}
