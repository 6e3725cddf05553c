import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../configuration/secret';
import type { TokenClaims, TokenVerifier } from './claims';
import { httpError, type ErrorTable } from './http-error';
import type { Route } from './route';

export interface AccessRules {
  errors: ErrorTable;
  verifier?: TokenVerifier;
  internalSecret?: Secret;
  /** Lower case. */
  internalSecretHeader?: string;
}

/**
 * Checks that the caller may use the route.
 * @returns the caller's claims where access is `user`
 * @throws HttpError unauthenticated; PlatformError token_invalid, token_expired, service_unavailable
 */
export async function authorize(
  access: Route['access'],
  headers: IncomingHttpHeaders,
  rules: AccessRules,
): Promise<TokenClaims | undefined> {
  switch (access) {
    case 'public':
      return undefined;
    case 'internal':
      checkSecret(headers, rules);
      return undefined;
    case 'user':
      if (rules.verifier === undefined) throw new TypeError('a route for users needs a verifier');
      return rules.verifier.verify(bearerToken(headers, rules.errors));
  }
}

/** The token of `Authorization: Bearer …`; the scheme in any case (RFC 9110, section 11.1). @throws HttpError */
function bearerToken(headers: IncomingHttpHeaders, errors: ErrorTable): string {
  const header = headers.authorization;
  if (header === undefined) {
    throw httpError(errors, 'unauthenticated', 'send Authorization: Bearer with an access token');
  }
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
  if (token === undefined) {
    throw httpError(errors, 'unauthenticated', 'the Authorization header is not Bearer and a token');
  }
  return token;
}

function checkSecret(headers: IncomingHttpHeaders, rules: AccessRules): void {
  const { internalSecret, internalSecretHeader } = rules;
  if (internalSecret === undefined || internalSecretHeader === undefined) {
    throw new TypeError('an internal route needs internalSecret and internalSecretHeader');
  }
  const given = headers[internalSecretHeader];
  if (typeof given !== 'string' || !equalSecrets(given, internalSecret.read())) {
    throw httpError(rules.errors, 'unauthenticated', 'the internal secret is missing or wrong');
  }
}

/** Compares in constant time; hashing first makes the lengths equal. */
function equalSecrets(one: string, other: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(one), digest(other));
}
