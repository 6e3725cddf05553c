import { createHash } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { siteOf } from '@chat-app/platform';
import { chargeLoginAttempt, type ThrottleCount, type ThrottleRule } from './sql/charge-login-attempt';
import { forgetLoginAttempts } from './sql/forget-login-attempts';
import { readLoginWait } from './sql/read-login-wait';

/** A second's delay at first, doubled by each further failure up to a minute; forgotten after a quiet quarter of an hour. */
export const THROTTLE_RULE: ThrottleRule = { forgetAfterS: 900, longestDelayS: 60 };

/** Failures of one device, or of one network with one name, before the first delay. */
const OWN_FAILURES = 5;
/** Failures with one name, from wherever, before the first delay of all who cannot prove an earlier log-in. */
export const SHARED_FAILURES = 100;

/** Who tries a password, as far as it matters for whom a failure delays. */
export type Attempt =
  /** Nobody known: delayed with its network, and with all strangers who try this name. */
  | { kind: 'stranger'; usernameKey: string; address: string }
  /** A device that the user logged in from before: delayed by its own failures alone. */
  | { kind: 'device'; hash: Uint8Array }
  /** A session that stands: delayed by its own failures alone. */
  | { kind: 'session'; sessionId: string };

/**
 * Delays attempts after failures. Counted in the database, so that all pods count together, and by the name that was tried
 * whether or not it is a user's: nothing can be learned from being throttled. It is a delay, never a lock, a success ends
 * one's own, and whoever guesses delays neither the user's devices nor, before very many failures, other networks.
 */
export class AccountThrottle {
  constructor(
    private readonly database: Database,
    private readonly rule: ThrottleRule = THROTTLE_RULE,
  ) {}

  /** The milliseconds until the attempt may be made; 0 is now. */
  wait(attempt: Attempt): Promise<number> {
    return readLoginWait(this.database, keysOf(attempt));
  }

  /** Counts an attempt as failed, until `succeeded`: 0, else the milliseconds until it may be made. */
  async charge(attempt: Attempt): Promise<number> {
    const { own, shared } = countsOf(attempt);
    if (await chargeLoginAttempt(this.database, own, shared, this.rule)) return 0;
    return Math.max(1, await this.wait(attempt));
  }

  /** Forgets the failures that are the attempt's own: it succeeded. */
  async succeeded(attempt: Attempt): Promise<void> {
    const { own, shared } = countsOf(attempt);
    await forgetLoginAttempts(
      this.database,
      own.key,
      shared.map(({ key }) => key),
    );
  }
}

interface Counts {
  own: ThrottleCount;
  /** With everybody else. */
  shared: ThrottleCount[];
}

function countsOf(attempt: Attempt): Counts {
  const own = (...parts: string[]): ThrottleCount => ({ key: throttleKey(...parts), delayFrom: OWN_FAILURES });
  switch (attempt.kind) {
    case 'device':
      return { own: own('device', Buffer.from(attempt.hash).toString('hex')), shared: [] };
    case 'session':
      return { own: own('session', attempt.sessionId), shared: [] };
    case 'stranger':
      return {
        own: own('network', attempt.usernameKey, siteOf(attempt.address)),
        shared: [{ key: throttleKey('name', attempt.usernameKey), delayFrom: SHARED_FAILURES }],
      };
  }
}

function keysOf(attempt: Attempt): string[] {
  const { own, shared } = countsOf(attempt);
  return [own, ...shared].map(({ key }) => key);
}

/** Names that were tried are kept as digests only: a password typed into the wrong field is among them sometimes. */
function throttleKey(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
