import { AddressThrottle } from './address-throttle';
import { KeyedBudget } from './keyed-budget';

/** Refresh tokens that are none, from one address in a minute: of /refresh and /logout together. */
export const FAILED_TOKENS_PER_MINUTE = 300;
/** Refreshes of one session in a minute. An access token lasts half a minute at least, and each refresh keeps a row for weeks. */
export const REFRESHES_PER_SESSION_PER_MINUTE = 20;

/** What bounds the use of refresh tokens, on this pod. */
export interface TokenLimits {
  readonly addresses: AddressThrottle;
  readonly sessions: KeyedBudget;
}

export function createTokenLimits(): TokenLimits {
  return {
    addresses: new AddressThrottle(FAILED_TOKENS_PER_MINUTE),
    sessions: new KeyedBudget(REFRESHES_PER_SESSION_PER_MINUTE),
  };
}
