import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Of an IPv4 address in the form of IPv6. */
const MAPPED_PREFIX = '::ffff:';

/**
 * The address of the client behind so many proxies, each of which appends the address it was called from to
 * X-Forwarded-For. Where an entry is no address (`unknown`), it is that of the proxy that wrote it.
 * @returns an address in its shortest form: no port, no zone, an IPv4 address as such; empty where none is known
 */
export function clientAddress(
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string {
  const hops = [remoteAddress ?? '', ...(forwardedFor?.split(',') ?? []).reverse()];
  const readable = hops.slice(0, trustedProxies + 1).map(parseAddress);
  return readable.findLast((address) => address !== undefined) ?? '';
}

/** The address that a request came from, as `clientAddress` says. */
export function addressOfRequest(
  { headers, socket }: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } },
  trustedProxies: number,
): string {
  const forwarded = headers['x-forwarded-for'];
  const text = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
  return clientAddress(socket.remoteAddress, text, trustedProxies);
}

/**
 * An address as proxies write it: bare, with a port (Azure Application Gateway, HAProxy), an IPv6 one in brackets or not,
 * in quotes (as in `Forwarded`), mapped into IPv6 by a socket of both families. Undefined where it is none.
 */
export function parseAddress(text: string): string | undefined {
  // As sockets write an IPv4 address: on every connection and request.
  const plain = text.startsWith(MAPPED_PREFIX) ? text.slice(MAPPED_PREFIX.length) : text;
  if (isIP(plain) === 4) return plain;
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const [, bracketed] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(bare) ?? [];
  const [, before] = /^(.+):\d{1,5}$/.exec(bare) ?? [];
  for (const candidate of bracketed === undefined ? [bare, before] : [bracketed]) {
    const address = candidate?.split('%')[0] ?? '';
    const family = isIP(address);
    if (family === 4) return address;
    if (family === 6) return shortest(address);
  }
  return undefined;
}

function shortest(address: string): string {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  return [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join('.');
}
