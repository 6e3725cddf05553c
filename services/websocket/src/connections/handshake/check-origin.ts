import { isAllowedOrigin, originOf } from '@chat-app/platform';

/**
 * Whether a page of this origin may open a socket. Without an Origin header it is no browser, and there are no cookies
 * that a foreign page could ride on: allowed. With one, it must be on the list (`*` = any); an empty list means the
 * host the request itself was sent to, whichever scheme: what stands in front may have taken TLS off.
 */
export function mayConnectFrom(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowed.length > 0) return isAllowedOrigin(origin, allowed);
  const asked = originOf(origin);
  if (asked === undefined || host === undefined || !/^https?:/.test(asked)) return false;
  return originOf(`${new URL(asked).protocol}//${host}`) === asked;
}
