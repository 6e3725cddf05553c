import type { Context } from '../context';
import type { AddressThrottle } from './address-throttle';

/** Takes one attempt from an address and counts a refusal. @returns what gives it back @throws HttpError rate_limited */
export function chargeAddress(context: Context, throttle: AddressThrottle, address: string): () => void {
  try {
    throttle.charge(address);
    return () => throttle.refund(address);
  } catch (thrown) {
    context.metrics.throttled.inc({ by: 'address' });
    throw thrown;
  }
}
