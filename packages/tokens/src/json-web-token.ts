import type { KeyObject } from 'node:crypto';
import * as jwt from 'jsonwebtoken';
import { PlatformError, type TokenClaims } from '@chat-app/platform';

/** Media type of access tokens in their header (RFC 9068, section 2.1). */
const TYPE = 'at+jwt';
/** The only algorithm: chosen here, never by a token (RFC 8725, section 3.1). */
const ALGORITHM = 'ES256';
/** How far clocks may be apart, in seconds. */
const CLOCK_TOLERANCE_S = 5;
/** Longest token that is looked at; ours have about 500 characters. */
const MAX_CHARACTERS = 4_096;

const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface TokenScope {
  issuer: string;
  audience: string;
}

/** Signs an access token: ES256, `typ: at+jwt`, `kid`, claims iss aud sub sid jti iat exp. Times in seconds. */
export function signToken(claims: TokenClaims, scope: TokenScope, key: { kid: string; privateKey: KeyObject }): string {
  const payload = {
    iss: scope.issuer,
    aud: scope.audience,
    sub: claims.userId,
    sid: claims.sessionId,
    jti: claims.tokenId,
    iat: claims.issuedAt,
    exp: claims.expiresAt,
  };
  return jwt.sign(payload, key.privateKey, {
    algorithm: ALGORITHM,
    header: { alg: ALGORITHM, typ: TYPE, kid: key.kid },
  });
}

/**
 * The key id that a token claims, from its header, before anything is verified. `jku`, `x5u` and `jwk` are never looked at.
 * @throws PlatformError token_invalid
 */
export function tokenKeyId(token: string): string {
  if (token.length > MAX_CHARACTERS || !SHAPE.test(token)) throw invalid('it does not have the shape of one');
  const header = headerOf(token);
  if (header === undefined) throw invalid('its header cannot be read');
  if (header.alg !== ALGORITHM) throw invalid('its algorithm is not ES256');
  // A stranger's header holds anything, whatever its type says.
  const typ: unknown = header.typ;
  if (typeof typ !== 'string' || typ.toLowerCase() !== TYPE) throw invalid('its type is not at+jwt');
  if (typeof header.kid !== 'string' || header.kid === '') throw invalid('it names no key');
  return header.kid;
}

/** Undefined where the token cannot be read: the library throws where a part of it is no JSON. */
function headerOf(token: string): jwt.JwtHeader | undefined {
  try {
    return jwt.decode(token, { complete: true })?.header;
  } catch {
    return undefined;
  }
}

/** Verifies signature, times, issuer, audience and that every claim is there. @throws PlatformError token_invalid, token_expired */
export function verifyToken(token: string, publicKey: KeyObject, scope: TokenScope): TokenClaims {
  let claims: unknown;
  try {
    claims = jwt.verify(token, publicKey, {
      algorithms: [ALGORITHM],
      issuer: scope.issuer,
      audience: scope.audience,
      clockTolerance: CLOCK_TOLERANCE_S,
    });
  } catch (thrown) {
    if (thrown instanceof jwt.TokenExpiredError) throw new PlatformError('token_expired', 'the access token expired');
    throw invalid(thrown instanceof jwt.JsonWebTokenError ? thrown.message : 'it cannot be read');
  }
  return checkClaims(claims);
}

function checkClaims(claims: unknown): TokenClaims {
  if (typeof claims !== 'object' || claims === null) throw invalid('it has no claims');
  const { sub, sid, jti, iat, exp } = claims as Record<string, unknown>;
  if (typeof sub !== 'string' || !UUID.test(sub)) throw invalid('sub is not a user id');
  if (typeof sid !== 'string' || !UUID.test(sid)) throw invalid('sid is not a session id');
  if (typeof jti !== 'string' || jti === '') throw invalid('jti is missing');
  if (typeof iat !== 'number' || typeof exp !== 'number') throw invalid('iat or exp is missing');
  if (iat > Date.now() / 1_000 + CLOCK_TOLERANCE_S) throw invalid('iat is in the future');
  return { userId: sub, sessionId: sid, tokenId: jti, issuedAt: iat, expiresAt: exp };
}

function invalid(reason: string): PlatformError {
  return new PlatformError('token_invalid', `the access token is not valid: ${reason}`);
}
