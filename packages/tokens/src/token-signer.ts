import { randomUUID } from 'node:crypto';
import { configurationInvalid, PlatformError, type Logger } from '@chat-app/platform';
import { signToken, type TokenScope } from './json-web-token';
import type { JsonWebKeySet } from './json-web-key';
import { KeyDirectory, type SigningKey } from './key-directory';

export interface SignedToken {
  token: string;
  expiresInS: number;
  /** Id of the token: `jti`. */
  tokenId: string;
  /** Seconds since the epoch. */
  expiresAt: number;
}

/** Whom an access token is for. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  /** When its session ends by itself: no token is good for longer. Without it a token has its whole time. */
  sessionExpiresAt?: Date;
}

/** Signs access tokens. */
export interface TokenSigner {
  /** @throws PlatformError illegal_state where there is no key */
  sign(claims: AccessClaims): SignedToken;
  /** Every key that may sign or may have signed, for publishing. */
  jwks(): JsonWebKeySet;
}

export interface TokenSignerOptions extends TokenScope {
  /** Holds `<kid>.pem`: PKCS#8, EC P-256. */
  directory: string;
  accessTtlS: number;
  /** A key signs only once it is this old, so that every verifier has fetched it. */
  publishBeforeUseS: number;
  /** Ids of keys that neither sign nor are published, whoever puts their files back. */
  revokedKeyIds?: readonly string[];
  logger: Logger;
  /** For tests: milliseconds since the epoch. */
  now?: () => number;
}

/** The directory is looked at again when it is used and this time has passed: no timer, no watcher to own. */
const REREAD_MS = 5_000;

/**
 * Makes a signer from a directory of keys. All are published. Signed is with the newest that is older than
 * `publishBeforeUseS`, else with the oldest: so a rotation is "add a file; after the access tokens' lifetime beyond that
 * time remove the old one".
 * @throws PlatformError configuration_invalid where the directory has no usable key
 */
export function createTokenSigner(options: TokenSignerOptions): TokenSigner {
  const now = options.now ?? Date.now;
  const revoked = new Set(options.revokedKeyIds);
  const directory = new KeyDirectory({ directory: options.directory, revoked, logger: options.logger });
  let keys = directory.read();
  let readAt = now();
  let signedWith: string | undefined;
  if (keys.length === 0) {
    const fault = `holds no file <kid>.pem with an EC P-256 key in PKCS#8 form that is not revoked (${options.directory})`;
    throw configurationInvalid([{ variable: 'SIGNING_KEYS_DIRECTORY', fault }]);
  }
  const current = (): readonly SigningKey[] => {
    if (Math.abs(now() - readAt) >= REREAD_MS) {
      keys = directory.read();
      readAt = now();
    }
    return keys;
  };
  return {
    sign({ userId, sessionId, sessionExpiresAt }) {
      const key = signingKey(current(), now() - options.publishBeforeUseS * 1_000);
      if (key.kid !== signedWith) options.logger.info('signing access tokens with key', { kid: key.kid });
      signedWith = key.kid;
      const issuedAt = Math.floor(now() / 1_000);
      const sessionEndS = Math.floor((sessionExpiresAt?.getTime() ?? Infinity) / 1_000);
      const expiresAt = Math.min(issuedAt + options.accessTtlS, Math.max(issuedAt, sessionEndS));
      const tokenId = randomUUID();
      const token = signToken({ userId, sessionId, tokenId, issuedAt, expiresAt }, options, key);
      return { token, expiresInS: expiresAt - issuedAt, tokenId, expiresAt };
    },
    jwks: () => ({ keys: current().map((key) => key.jwk) }),
  };
}

/** `keys` are sorted, oldest first. */
function signingKey(keys: readonly SigningKey[], publishedBefore: number): SigningKey {
  const key = keys.findLast((candidate) => candidate.since <= publishedBefore) ?? keys[0];
  if (key === undefined) throw new PlatformError('illegal_state', 'there is no key to sign access tokens with');
  return key;
}
