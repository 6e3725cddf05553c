import { parseObject } from '../parsing/checks';

/** What a client reads of an access token. */
export interface Claims {
  /** The user. */
  sub?: string;
  /** The session, the same for all tokens that come from one log-in. */
  sid?: string;
  /** When it expires, in seconds since 1970. */
  exp?: number;
}

/** Reads a token without judging it: only the server can do that. */
export function readClaims(token: string): Claims {
  const { sub, sid, exp } = parseObject(decode(token.split('.')[1] ?? '')) ?? {};
  return {
    ...(typeof sub === 'string' && { sub: sub.toLowerCase() }),
    ...(typeof sid === 'string' && { sid }),
    ...(typeof exp === 'number' && { exp }),
  };
}

function decode(base64url: string): string {
  try {
    return atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}
