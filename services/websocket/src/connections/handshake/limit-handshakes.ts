import type { IncomingMessage } from 'node:http';
import { addressOfRequest, NetworkLimiter } from '@chat-app/platform';
import { ERRORS } from '@chat-app/protocol';
import type { Refusal } from './refuse-upgrade';

/**
 * Limits the handshakes of a network that were refused through its own fault (no token, a bad one, too many of a user).
 * Those that lead to a connection are counted by user alone: a crowd behind one address is not locked out by its size.
 * All times are of the monotonic clock.
 */
export class RefusedHandshakes {
  readonly #networks: NetworkLimiter;

  constructor(
    perMinute: number,
    burst: number,
    private readonly trustedProxies: number,
  ) {
    this.#networks = new NetworkLimiter({ perSecond: perMinute / 60, burst }, { overflow: 'refuse-new' });
  }

  /** Milliseconds until a handshake of this network is looked at; 0 is now. */
  wait(request: IncomingMessage, now: number): number {
    return this.#networks.wait(addressOfRequest(request, this.trustedProxies), now);
  }

  /** This handshake was refused; what is our fault is not counted. */
  count(request: IncomingMessage, { code }: Refusal, now: number): void {
    if (ERRORS[code].status >= 500) return;
    this.#networks.take(addressOfRequest(request, this.trustedProxies), now);
  }
}
