import { NETWORK_ALLOWANCES, networksOf } from '@chat-app/platform';
import { refusal } from '../refusal';
import { KeyedBudget } from './keyed-budget';

/**
 * A budget for each client address: of IPv6 one for its /64, a wider one for its /56 and its /48. It slows one machine down;
 * what many machines do to one account is the account throttle's business.
 */
export class AddressThrottle {
  readonly #budget: KeyedBudget;

  constructor(perMinute: number, maxNetworks?: number, now?: () => number) {
    this.#budget = new KeyedBudget(perMinute, maxNetworks, now);
  }

  /** Takes one attempt from the address. @throws HttpError rate_limited, with the time until the next is there */
  charge(address: string): void {
    const taken: [string, number | undefined][] = [];
    for (const [level, network] of networksOf(address).entries()) {
      const waitMs = this.#budget.take(network, NETWORK_ALLOWANCES[level]);
      if (waitMs > 0) {
        for (const [narrower, allowance] of taken) this.#budget.give(narrower, allowance);
        throw refusal('rate_limited', 'too many attempts from this address; wait before the next', waitMs);
      }
      taken.push([network, NETWORK_ALLOWANCES[level]]);
    }
  }

  /** Gives an attempt back that turned out to be none. */
  refund(address: string): void {
    for (const [level, network] of networksOf(address).entries()) {
      this.#budget.give(network, NETWORK_ALLOWANCES[level]);
    }
  }

  /** Networks kept in memory. */
  get size(): number {
    return this.#budget.size;
  }
}
