import { parseArgs } from 'node:util';
import { PlatformError } from '@chat-app/platform';

/** How the command is called. */
export const ACCOUNT_USAGE = `account show | disable | enable | end-sessions | reset-password USER
  USER              a user's id or name
  show              since when there is this user, disabled or not, how many sessions
  disable           no log-in any more, all sessions end, their sockets are closed
  enable            may log in again
  end-sessions      all sessions end, their sockets are closed
  reset-password    a new password, printed once; all sessions end, known devices are forgotten`;

const ACTS = ['show', 'disable', 'enable', 'end-sessions', 'reset-password'] as const;

/** What an operator wants done to an account. */
export interface AccountOrder {
  act: (typeof ACTS)[number];
  /** Id or name. */
  user: string;
}

/** Reads the arguments of the account command. @throws PlatformError configuration_invalid, with the usage */
export function parseAccountArguments(args: readonly string[]): AccountOrder {
  const [given, user, ...rest] = positionals(args);
  const act = ACTS.find((known) => known === given);
  if (act === undefined) throw invalid('what shall be done?');
  if (user === undefined || user === '') throw invalid('to which user?');
  if (rest.length > 0) throw invalid('one user at a time');
  return { act, user };
}

function positionals(args: readonly string[]): string[] {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: {} }).positionals;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function invalid(fault: string): PlatformError {
  return new PlatformError('configuration_invalid', `${fault}\n${ACCOUNT_USAGE}`);
}
