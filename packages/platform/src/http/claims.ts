/** What a valid access token says (RFC 9068: `typ` is `at+jwt`). */
export interface TokenClaims {
  /** The user: `sub`. */
  userId: string;
  /** The login it came from: `sid`. Ended at log-out. */
  sessionId: string;
  /** Id of the token itself: `jti`. */
  tokenId: string;
  /** Seconds since the epoch. */
  issuedAt: number;
  /** Seconds since the epoch. */
  expiresAt: number;
}

/** Verifies access tokens against the published keys. */
export interface TokenVerifier {
  /** @throws PlatformError token_invalid, token_expired; service_unavailable where no key could be fetched yet */
  verify(token: string): Promise<TokenClaims>;
}
