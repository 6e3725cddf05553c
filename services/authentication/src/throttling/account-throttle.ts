import { createHash } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { refusal } from '../refusal';
import { chargeLoginAttempt, type ThrottleRule } from './sql/charge-login-attempt';
import { forgetLoginAttempts } from './sql/forget-login-attempts';
import { readLoginWait } from './sql/read-login-wait';

/** After five failures a second's delay, doubled by each further failure up to a minute; forgotten after a quiet quarter. */
export const THROTTLE_RULE: ThrottleRule = { forgetAfterS: 900, delayFromFailures: 5, longestDelayS: 60 };

/**
 * Delays logins of a name after failures. Counted in the database, so that all pods count together, and by the name that
 * was tried whether or not it is a user's: nothing can be learned from being throttled. It is a delay, never a lock, and
 * a success ends it.
 */
export class AccountThrottle {
  constructor(
    private readonly database: Database,
    private readonly rule: ThrottleRule = THROTTLE_RULE,
  ) {}

  /** @throws HttpError rate_limited, where the name is blocked for now */
  async check(usernameKey: string): Promise<void> {
    const waitMs = await readLoginWait(this.database, throttleKey(usernameKey));
    if (waitMs > 0) throw tooManyFailures(waitMs);
  }

  /** Counts an attempt as failed, until `reset`. @throws HttpError rate_limited, where the name is blocked for now */
  async charge(usernameKey: string): Promise<void> {
    const key = throttleKey(usernameKey);
    if (await chargeLoginAttempt(this.database, key, this.rule)) return;
    throw tooManyFailures(Math.max(1, await readLoginWait(this.database, key)));
  }

  /** Forgets the failures of a name: its owner got in. */
  async reset(usernameKey: string): Promise<void> {
    await forgetLoginAttempts(this.database, throttleKey(usernameKey));
  }
}

function tooManyFailures(waitMs: number): Error {
  return refusal('rate_limited', 'too many failed attempts with this user name; wait before the next', waitMs);
}

/** Names that were tried are kept as digests only: a password typed into the wrong field is among them sometimes. */
function throttleKey(usernameKey: string): Uint8Array {
  return createHash('sha256').update(usernameKey).digest();
}
