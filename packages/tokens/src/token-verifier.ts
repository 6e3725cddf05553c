import type { KeyObject } from 'node:crypto';
import {
  asError,
  PlatformError,
  type Logger,
  type Configuration,
  type Metrics,
  type tokenVariables,
  type TokenClaims,
  type TokenVerifier,
} from '@chat-app/platform';
import { readKeySet } from './json-web-key';
import { tokenKeyId, verifyToken, type TokenScope } from './json-web-token';
import { KeyCache } from './key-cache';

export interface TokenVerifierOptions extends TokenScope {
  /** Where the keys are published. */
  jwksUrl: string;
  /** Ids of keys whose tokens are refused, whatever is published. */
  revokedKeyIds?: readonly string[];
  logger: Logger;
  metrics?: Metrics;
  /** For tests: milliseconds since the epoch, for the age of the keys. */
  now?: () => number;
}

const FETCH_TIMEOUT_MS = 3_000;

/** Makes a verifier from the variables of the group `tokenVariables`. */
export function tokenVerifierFromConfiguration(
  configuration: Configuration<typeof tokenVariables>,
  context: { logger: Logger; metrics: Metrics },
): TokenVerifier & { close(): void } {
  return createTokenVerifier({
    jwksUrl: configuration.JWKS_URL,
    issuer: configuration.TOKEN_ISSUER,
    audience: configuration.TOKEN_AUDIENCE,
    revokedKeyIds: configuration.REVOKED_KEY_IDS,
    ...context,
  });
}

/**
 * Makes a verifier of access tokens: ES256 only, `typ: at+jwt`, a published `kid`, issuer, audience and every claim
 * required; clocks may be 5 s apart. Keys are fetched when first needed and kept 5 minutes; an unknown kid looks again at
 * most every 30 s; while the issuer is unavailable the last keys stay in use for an hour.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier & { close(): void } {
  const closing = new AbortController();
  const fetches = options.metrics?.counter({
    name: 'chat_token_key_fetches_total',
    help: 'Fetches of the keys that access tokens are verified with, by outcome.',
    labelNames: ['outcome'],
  });
  // From 0, so that the first failure shows as an increase.
  for (const outcome of ['ok', 'failed']) fetches?.inc({ outcome }, 0);
  const cache = new KeyCache({
    logger: options.logger,
    fetchKeys: () => fetchKeys(options.jwksUrl, closing.signal),
    onFetch: (outcome) => fetches?.inc({ outcome }),
    ...(options.now !== undefined && { now: options.now }),
  });
  const revoked = new Set(options.revokedKeyIds);
  return {
    async verify(token: string): Promise<TokenClaims> {
      const kid = tokenKeyId(token);
      if (revoked.has(kid)) {
        throw new PlatformError('token_invalid', 'the access token is not valid: its key is revoked');
      }
      const key = await cache.find(kid);
      if (key === undefined) {
        throw new PlatformError('token_invalid', 'the access token is not valid: its key is unknown');
      }
      return verifyToken(token, key, options);
    },
    close: () => closing.abort(),
  };
}

async function fetchKeys(url: string, closing: AbortSignal): Promise<ReadonlyMap<string, KeyObject>> {
  const limit = new AbortController();
  const abort = () => limit.abort();
  const timer = setTimeout(abort, FETCH_TIMEOUT_MS);
  closing.addEventListener('abort', abort, { once: true });
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: limit.signal,
      headers: { Accept: 'application/json' },
    }).catch((thrown: unknown) => {
      // fetch says no more than that it failed; why is in the cause.
      const error = asError(thrown);
      throw error.cause === undefined ? error : new Error(`no answer: ${asError(error.cause).message}`);
    });
    if (!response.ok) throw new Error(`the answer was ${response.status}`);
    const keys = readKeySet(await response.json());
    if (keys.size === 0) throw new Error('the answer has no usable key');
    return keys;
  } finally {
    clearTimeout(timer);
    closing.removeEventListener('abort', abort);
  }
}
