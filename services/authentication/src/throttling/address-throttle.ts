import { refusal } from '../refusal';

interface Bucket {
  tokens: number;
  /** When `tokens` was right, on the clock given. */
  at: number;
}

/**
 * A token bucket for each client address: a minute's worth at once, refilled steadily. Kept in memory, by this pod for
 * itself, and bounded: the address not seen for longest is forgotten first. It slows one machine down; what many machines
 * do to one account is the account throttle's business.
 */
export class AddressThrottle {
  /** In the order in which they were last used. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly perMinute: number,
    private readonly maxAddresses: number = 50_000,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes one attempt from the address. @throws HttpError rate_limited, with the time until the next is there */
  charge(address: string): void {
    const bucket = this.#bucket(networkOf(address));
    if (bucket.tokens < 1) {
      const waitMs = Math.ceil(((1 - bucket.tokens) * 60_000) / this.perMinute);
      throw refusal('rate_limited', 'too many attempts from this address; wait before the next', waitMs);
    }
    bucket.tokens -= 1;
  }

  /** Gives an attempt back that turned out to be none. */
  refund(address: string): void {
    const bucket = this.#bucket(networkOf(address));
    bucket.tokens = Math.min(this.perMinute, bucket.tokens + 1);
  }

  /** Addresses kept in memory. */
  get size(): number {
    return this.#buckets.size;
  }

  #bucket(network: string): Bucket {
    const now = this.now();
    const known = this.#buckets.get(network);
    const bucket: Bucket =
      known === undefined
        ? { tokens: this.perMinute, at: now }
        : { tokens: Math.min(this.perMinute, known.tokens + ((now - known.at) * this.perMinute) / 60_000), at: now };
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
