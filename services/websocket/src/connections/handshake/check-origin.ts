/**
 * Whether a page of this origin may open a socket. Without an Origin header it is no browser, and there are no cookies
 * that a foreign page could ride on: allowed. With one, it must be on the list (`*` = any); an empty list means the
 * host the request itself was sent to.
 */
export function mayConnectFrom(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes('*')) return true;
  const asked = origin.toLowerCase();
  if (allowed.length > 0) return allowed.some((entry) => entry.toLowerCase().replace(/\/$/, '') === asked);
  return URL.canParse(asked) && host !== undefined && new URL(asked).host === host.toLowerCase();
}
