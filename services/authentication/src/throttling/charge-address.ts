import type { NetworkLimiter } from '@chat-app/platform';
import type { Context } from '../context';
import { refusal } from '../refusal';

/** Takes one attempt from an address and counts a refusal. @returns what gives it back @throws HttpError rate_limited */
export function chargeAddress(context: Context, limiter: NetworkLimiter, address: string): () => void {
  const waitMs = limiter.take(address, context.now());
  if (waitMs === 0) return () => limiter.give(address);
  context.metrics.throttled.inc({ by: 'address' });
  throw refusal('rate_limited', 'too many attempts from this address; wait before the next', waitMs);
}
