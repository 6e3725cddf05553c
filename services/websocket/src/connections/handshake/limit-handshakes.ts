import type { IncomingMessage } from 'node:http';
import { clientAddress, NETWORK_ALLOWANCES, networksOf } from '@chat-app/platform';
import { RateLimiter } from '@chat-app/timing';
import { ERRORS } from '@chat-app/protocol';
import type { Refusal } from './refuse-upgrade';

/**
 * Limits the handshakes of a network that were refused through its own fault (no token, a bad one, too many of a user).
 * Those that lead to a connection are counted by user alone: a crowd behind one address is not locked out by its size.
 * All times are of the monotonic clock.
 */
export class RefusedHandshakes {
  /** Of the networks that an address belongs to, the narrowest first. */
  readonly #levels: readonly RateLimiter[];

  constructor(
    perMinute: number,
    burst: number,
    private readonly trustedProxies: number,
  ) {
    this.#levels = NETWORK_ALLOWANCES.map(
      (times) => new RateLimiter({ perSecond: (times * perMinute) / 60, burst: times * burst }),
    );
  }

  /** Milliseconds until a handshake of this network is looked at; 0 is now. */
  wait(request: IncomingMessage, now: number): number {
    const waits = this.#networksOf(request).map((network, level) => this.#levels[level]?.wait(network, now) ?? 0);
    return Math.max(...waits);
  }

  /** This handshake was refused; what is our fault is not counted. */
  count(request: IncomingMessage, { code }: Refusal, now: number): void {
    if (ERRORS[code].status >= 500) return;
    this.#networksOf(request).forEach((network, level) => this.#levels[level]?.take(network, now));
  }

  #networksOf({ headers, socket }: IncomingMessage): readonly string[] {
    const forwarded = headers['x-forwarded-for'];
    const text = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return networksOf(clientAddress(socket.remoteAddress, text, this.trustedProxies));
  }
}
