import type { NetworkLimiter } from '@chat-app/platform';
import type { Context } from '../context';
import { refuseThrottled } from './refuse-throttled';

/** Takes one attempt from an address and counts a refusal. @returns what gives it back @throws HttpError rate_limited */
export function chargeAddress(
  context: Pick<Context, 'metrics' | 'now'>,
  limiter: NetworkLimiter,
  address: string,
): () => void {
  refuseThrottled(context, 'address', limiter.take(address, context.now()));
  return () => limiter.give(address);
}
