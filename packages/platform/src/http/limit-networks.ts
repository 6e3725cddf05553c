import { RateLimiter, type RateLimit, type RateLimiterOptions } from '@chat-app/timing';
import { NETWORK_ALLOWANCES, networksOf } from './client-networks';

/**
 * Limits the acts of each client address: of IPv6 those of its /64, its /56 and its /48, a wider network being given more
 * (NETWORK_ALLOWANCES). An act counts in all of them or in none, so that a spent /64 costs its neighbours nothing.
 */
export class NetworkLimiter {
  /** The narrowest networks first. */
  readonly #levels: readonly RateLimiter[];

  /** @param limit of the narrowest networks */
  constructor({ perSecond, burst }: RateLimit, options: RateLimiterOptions) {
    this.#levels = NETWORK_ALLOWANCES.map(
      (times) => new RateLimiter({ perSecond: times * perSecond, burst: times * burst }, options),
    );
  }

  /** Networks remembered now. */
  get size(): number {
    return this.#levels.reduce((sum, { size }) => sum + size, 0);
  }

  /** One act of the address: 0 where it may happen, else the milliseconds until it may. `now` never jumps. */
  take(address: string, now: number): number {
    const taken: [RateLimiter, string][] = [];
    for (const [limiter, network] of this.#limitersOf(address)) {
      const waitMs = limiter.take(network, now);
      if (waitMs > 0) {
        for (const [narrower, of] of taken) narrower.give(of);
        return waitMs;
      }
      taken.push([limiter, network]);
    }
    return 0;
  }

  /** The milliseconds until the address may act; nothing is taken. */
  wait(address: string, now: number): number {
    return Math.max(...this.#limitersOf(address).map(([limiter, network]) => limiter.wait(network, now)));
  }

  /** An act of the address turned out to be none. */
  give(address: string): void {
    for (const [limiter, network] of this.#limitersOf(address)) limiter.give(network);
  }

  #limitersOf(address: string): [RateLimiter, string][] {
    return networksOf(address).flatMap((network, level) => {
      const limiter = this.#levels[level];
      return limiter === undefined ? [] : [[limiter, network] satisfies [RateLimiter, string]];
    });
  }
}
