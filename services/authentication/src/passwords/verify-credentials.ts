import type { Context } from '../context';
import type { Attempt } from '../throttling/account-throttle';
import { refuseThrottled } from '../throttling/refuse-throttled';
import type { Turn } from './passwords';

/** What a password is held against, or undefined for a user who does not exist. */
interface Stored {
  password_hash: string;
  /** Its owner may not log in: the right password is no success. */
  disabled: boolean;
}

/** A password that somebody gives. */
export interface GivenCredentials {
  attempt: Attempt;
  /** Prepared. */
  password: string;
  address: string;
}

/**
 * Verifies a password under the throttle of its account. The order keeps guessing expensive and the service responsive:
 * a blocked attempt is refused before it queues, the attempt is counted as failed when its turn has come and before the
 * password is looked at (so that parallel guesses are counted each), and forgotten on success. Every step is the same
 * for a name that is no user's.
 *
 * @returns the credentials where the password is right, else undefined
 * @throws HttpError rate_limited, overloaded
 */
export async function verifyCredentials<Found extends Stored>(
  context: Context,
  { attempt, password, address }: GivenCredentials,
  find: () => Promise<Found | undefined>,
  signal: AbortSignal,
): Promise<Found | undefined> {
  refuseThrottled(context, 'failures', await context.accounts.wait(attempt));
  const verified = await context.passwords.inTurn(
    address,
    async (turn: Turn) => {
      refuseThrottled(context, 'failures', await context.accounts.charge(attempt));
      const found = await find();
      return (await turn.verify(found?.password_hash, password)) ? found : undefined;
    },
    signal,
  );
  // To a disabled account the right password is given again and again; each look at it costs a core for a moment.
  if (verified?.disabled === false) await context.accounts.succeeded(attempt);
  return verified;
}
