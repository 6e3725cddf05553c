import { NetworkLimiter } from '@chat-app/platform';
import { perMinute, RateLimiter, type RateLimiterOptions } from '@chat-app/timing';

/** Refresh tokens that are none, from one address in a minute: of /refresh and /logout together. */
const FAILED_TOKENS_PER_MINUTE = 300;
/** Refreshes of one session in a minute. An access token lasts half a minute at least, and each refresh keeps a row for weeks. */
const REFRESHES_PER_SESSION_PER_MINUTE = 20;

/** Addresses and accounts come as many as they like: nobody is kept out by their number. */
export const OVERFLOW: RateLimiterOptions = { overflow: 'forget-oldest', maxKeys: 50_000 };

/** What bounds the use of refresh tokens, on this pod. */
export interface TokenLimits {
  readonly addresses: NetworkLimiter;
  readonly sessions: RateLimiter;
}

export function createTokenLimits(): TokenLimits {
  return {
    addresses: new NetworkLimiter(perMinute(FAILED_TOKENS_PER_MINUTE), OVERFLOW),
    sessions: new RateLimiter(perMinute(REFRESHES_PER_SESSION_PER_MINUTE), OVERFLOW),
  };
}
