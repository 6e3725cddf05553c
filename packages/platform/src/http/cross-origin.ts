import type { IncomingMessage, ServerResponse } from 'node:http';
import { originOf } from '../configuration/addresses';
import { pathMatcher } from './path-pattern';
import type { Route } from './route';

/** How long a browser may remember a preflight, in seconds; it caps this by itself (two hours in Chromium). */
const PREFLIGHT_MAX_AGE_S = 600;
const REQUEST_HEADERS = 'Authorization, Content-Type, Traceparent';
/** What a page of another origin may read of an answer beyond what the Fetch standard always lets it. */
const ANSWER_HEADERS = 'Retry-After, WWW-Authenticate, X-Trace-Id';

/** Whether an `Origin` header names one of these, as `origins` reads them; `*` is any, `null` too. */
export function isAllowedOrigin(origin: string, allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return true;
  const asked = originOf(origin);
  return asked !== undefined && allowed.includes(asked);
}

/** Whether a page was loaded from the very host that it asks: that of a web address, whatever its default port is written as. */
export function isOriginOfHost(origin: string, host: string | undefined): boolean {
  const asked = originOf(origin);
  if (asked === undefined || host === undefined || !/^https?:/.test(asked)) return false;
  return originOf(`${new URL(asked).protocol}//${host}`) === asked;
}

/**
 * Lets pages of these origins call the routes (Fetch standard, "CORS protocol"), and answers their preflights. Pages of
 * the server's own origin need none of it: with an empty list nothing is added and a preflight is answered like any
 * unknown method. `onForeign` is told of every other origin. Tokens travel in a header and there are no cookies, so `Access-Control-Allow-Credentials` is never sent.
 */
export function crossOrigin(
  allowed: readonly string[],
  routes: readonly Route[],
  onForeign: (request: IncomingMessage, origin: string) => void = () => undefined,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  const known = routes.map(({ method, path }) => ({ method, matches: pathMatcher(path) }));
  const any = allowed.includes('*');
  return (request, response, next) => {
    const { origin, 'access-control-request-method': asked } = request.headers;
    if (origin !== undefined && !isOriginOfHost(origin, request.headers.host) && !isAllowedOrigin(origin, allowed)) {
      onForeign(request, origin);
    }
    if (allowed.length === 0) return next();
    // What one origin is answered, a cache must not give to another.
    if (!any) response.appendHeader('Vary', 'Origin');
    const admitted = origin !== undefined && isAllowedOrigin(origin, allowed);
    if (admitted) response.setHeader('Access-Control-Allow-Origin', any ? '*' : origin);
    if (admitted) response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
    if (request.method !== 'OPTIONS' || asked === undefined) return next();
    const [path = ''] = (request.url ?? '').split('?', 1);
    const methods = known.filter(({ matches }) => matches(path)).map(({ method }) => method);
    if (methods.length === 0) return next();
    response.appendHeader('Vary', 'Access-Control-Request-Method, Access-Control-Request-Headers');
    if (admitted) {
      response.setHeader('Access-Control-Allow-Methods', [...new Set(methods)].sort().join(', '));
      response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
      response.setHeader('Access-Control-Max-Age', PREFLIGHT_MAX_AGE_S);
    }
    response.writeHead(204).end();
  };
}
