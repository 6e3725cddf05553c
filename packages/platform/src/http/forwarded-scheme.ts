import type { IncomingMessage } from 'node:http';

/**
 * The scheme a request was sent with, as the outermost of the trusted proxies says (X-Forwarded-Proto, which each appends
 * to or replaces); undefined where none says it.
 */
export function forwardedScheme(header: string | string[] | undefined, trustedProxies: number): string | undefined {
  if (header === undefined || trustedProxies === 0) return undefined;
  const said = String(header).split(',');
  const scheme = said[Math.max(0, said.length - trustedProxies)]?.trim().toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : undefined;
}

/**
 * Whether a request came by TLS: up to this server, or up to the outermost of the trusted proxies. One that came past them, or
 * of which they say nothing, did not.
 */
export function cameByTls(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustedProxies: number,
): boolean {
  return 'encrypted' in socket || forwardedScheme(headers['x-forwarded-proto'], trustedProxies) === 'https';
}
