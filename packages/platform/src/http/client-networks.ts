/** Prefixes of IPv6 that one customer may be given: a link, a site of a household, a site of a company (RFC 6177). */
const IPV6_PREFIXES = [64, 56, 48] as const;

/**
 * How much more a wider network may do than the narrowest, level by level: many customers may share it, so it is given
 * more; not so much that owning it whole is worth thousands of addresses.
 */
export const NETWORK_ALLOWANCES = [1, 4, 16] as const;

/**
 * The networks that limits by address count, narrowest first: an IPv4 address itself, the /64, /56 and /48 of an IPv6 one. Who
 * owns a /48 has 65,536 networks of the first kind and one of the last.
 * @param address as `clientAddress` gives it: in its shortest form, IPv4 mapped into IPv6 as such
 */
export function networksOf(address: string): readonly string[] {
  if (!address.includes(':')) return [address];
  const [head = '', tail] = (address.toLowerCase().split('%', 1)[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  const numbers = groups.slice(0, 4).map((group) => parseInt(group, 16));
  return IPV6_PREFIXES.map((prefix) => `${networkText(numbers, prefix)}/${prefix}`);
}

/** The widest network of an address: whom it belongs to, where customers are to be treated alike. */
export function siteOf(address: string): string {
  return networksOf(address).at(-1) ?? address;
}

function networkText(groups: readonly number[], prefix: number): string {
  const kept = groups.map((group, index) => {
    const bits = Math.max(0, Math.min(16, prefix - index * 16));
    return (group & (0xffff << (16 - bits)) & 0xffff).toString(16);
  });
  return `${kept.join(':')}::`;
}
