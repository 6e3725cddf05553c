import { TokenBucket } from '@chat-app/timing';
import { refusal } from '../refusal';

/**
 * A token bucket for each client address: a minute's worth at once, refilled steadily. Kept in memory, by this pod for
 * itself, and bounded: the address not seen for longest is forgotten first. It slows one machine down; what many machines
 * do to one account is the account throttle's business.
 */
export class AddressThrottle {
  /** In the order in which they were last used. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    private readonly perMinute: number,
    private readonly maxAddresses: number = 50_000,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes one attempt from the address. @throws HttpError rate_limited, with the time until the next is there */
  charge(address: string): void {
    const waitMs = this.#bucket(address).take(this.now(), this.perMinute / 60, this.perMinute);
    if (waitMs > 0) throw refusal('rate_limited', 'too many attempts from this address; wait before the next', waitMs);
  }

  /** Gives an attempt back that turned out to be none. */
  refund(address: string): void {
    this.#bucket(address).give(this.perMinute);
  }

  /** Addresses kept in memory. */
  get size(): number {
    return this.#buckets.size;
  }

  #bucket(address: string): TokenBucket {
    const network = networkOf(address);
    const bucket = this.#buckets.get(network) ?? new TokenBucket(this.perMinute, this.now());
    this.#buckets.delete(network);
    this.#buckets.set(network, bucket);
    if (this.#buckets.size > this.maxAddresses) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }
}

/** The network that one customer has: an IPv4 address (also one mapped into IPv6), or a /64 of IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
