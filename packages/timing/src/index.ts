/** Time: the one backoff, the one timeout and the one token bucket of the project. */
export { backoffMs, type BackoffOptions } from './backoff';
export { delay } from './delay';
export { perMinute, RateLimiter, type RateLimit, type RateLimiterOptions } from './rate-limiter';
export { TokenBucket } from './token-bucket';
export { TIMED_OUT, withTimeout } from './with-timeout';
