export { createTokenVerifier, tokenVerifierFromConfiguration, type TokenVerifierOptions } from './token-verifier';
export { createTokenSigner, type SignedToken, type TokenSigner, type TokenSignerOptions } from './token-signer';
export { createSigningKey } from './key-directory';
export type { JsonWebKey, JsonWebKeySet } from './json-web-key';
export { StandingSessions, type StandingSessionsOptions } from './standing-sessions';
export type { EndedSession, EndedSessionsPage, SessionSource } from './session-source';
