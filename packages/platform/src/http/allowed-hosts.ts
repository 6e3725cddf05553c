import { isIP } from 'node:net';

/**
 * Whether a request was sent to this server by a name that is its own. A page of another site can point its own name at
 * any address (DNS rebinding) and is then of the same origin as what answers there; the name in `Host` gives it away.
 * Addresses and `localhost` cannot be pointed anywhere.
 */
export function isAllowedHost(host: string | undefined, names: readonly string[]): boolean {
  const url = host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  if (url === undefined || url.pathname !== '/' || /[@?#]/.test(host ?? '')) return false;
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return isIP(name) !== 0 || /^(.+\.)?localhost$/.test(name) || names.some((each) => each.toLowerCase() === name);
}
