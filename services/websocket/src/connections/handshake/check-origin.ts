import { isAllowedOrigin, isOriginOfHost } from '@chat-app/platform';

/**
 * Whether a page of this origin may open a socket. Without an Origin header it is no browser, and there are no cookies
 * that a foreign page could ride on: allowed. With one, it must be on the list (`*` = any); an empty list means the
 * host the request itself was sent to. A page that came without TLS may not where the request came with it (`scheme`): anybody
 * on the way may have written it. The other way round it may: what stands in front may have taken TLS off.
 */
export function mayConnectFrom(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
  scheme?: string,
): boolean {
  if (origin === undefined) return true;
  if (allowed.length > 0) return isAllowedOrigin(origin, allowed);
  if (scheme === 'https' && /^http:/i.test(origin)) return false;
  return isOriginOfHost(origin, host);
}
