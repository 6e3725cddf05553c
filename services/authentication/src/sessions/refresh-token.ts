import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A refresh token as it is given out (base64url of 256 bits) and as it is stored. */
export interface RefreshToken {
  token: string;
  /** SHA-256 of `token`. A random token of 256 bits needs no slow hash. */
  hash: Uint8Array;
}

/** A new random token. */
export function newRefreshToken(): RefreshToken {
  return withHash(randomBytes(32).toString('base64url'));
}

/** A new random salt for a successor. */
export function newSuccessorSalt(): Uint8Array {
  return randomBytes(32);
}

/**
 * The token after this one: HMAC-SHA-256 of a stored random salt under the token itself. So the very same successor can be
 * given again to one who lost the answer, though no token is stored: it takes the used token, which only its holder
 * has, and the salt, which only the database has.
 */
export function successorOf(token: string, salt: Uint8Array): RefreshToken {
  return withHash(createHmac('sha256', token).update(salt).digest('base64url'));
}

/** What is stored of the attempt that used a token; empty where it has no id. */
export function hashAttemptId(attemptId: string | undefined): Uint8Array {
  return attemptId === undefined ? new Uint8Array() : hashRefreshToken(attemptId);
}

/** What is stored of a token. */
export function hashRefreshToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

function withHash(token: string): RefreshToken {
  return { token, hash: hashRefreshToken(token) };
}
