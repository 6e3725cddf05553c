import type { ErrorCode } from '@chat-app/protocol';
import { isPlatformError, type Logger, type TokenClaims, type TokenVerifier } from '@chat-app/platform';
import type { Connection } from './connection';
import type { Transmitter } from '../delivery/transmit-frame';

/** How long before its token expires a client is told, milliseconds. */
const WARNING_MS = 30_000;

export interface AuthenticatorParts {
  verifier: TokenVerifier;
  transmitter: Transmitter;
  now: () => number;
  /** A connection goes on with another session. */
  onSession: (connection: Connection) => void;
  logger: Logger;
}

/** Keeps connections within the life of their token: warns, takes a newer token in place, closes at expiry. */
export class Authenticator {
  constructor(private readonly parts: AuthenticatorParts) {}

  /** Takes a newer token of the same user. Answers with `authenticated`, or with an error that changes nothing. */
  authenticate(connection: Connection, token: string): void {
    if (connection.authenticating) {
      this.#refuse(connection, 'rate_limited', 'one authenticate at a time');
      return;
    }
    connection.authenticating = true;
    this.parts.verifier
      .verify(token)
      .then(
        (claims) => this.#take(connection, claims),
        (error: unknown) => this.#refuse(connection, ...refusalOf(error)),
      )
      .catch((error: unknown) => this.parts.logger.error('a token could not be taken', { error }))
      .finally(() => (connection.authenticating = false));
  }

  /** Looks at one connection's token; called about once a second for each. */
  watch(connection: Connection, now: number): void {
    const left = connection.expiresAt - now;
    if (left <= 0) this.parts.transmitter.close(connection, 'token_expired');
    else if (left <= WARNING_MS && !connection.toldOfExpiry) {
      connection.toldOfExpiry = true;
      this.parts.transmitter.send(connection, { type: 'token_expiring', after_ms: left });
    }
  }

  #take(connection: Connection, claims: TokenClaims): void {
    if (claims.userId !== connection.userId) {
      this.#refuse(connection, 'wrong_user', 'the token is of another user');
      return;
    }
    const expiresAt = claims.expiresAt * 1_000;
    // A reordered older token must not shorten what a newer one granted.
    if (expiresAt >= connection.expiresAt) {
      connection.expiresAt = expiresAt;
      connection.sessionId = claims.sessionId;
      connection.toldOfExpiry = false;
      this.parts.onSession(connection);
    }
    const expires_in_ms = Math.max(0, connection.expiresAt - this.parts.now());
    this.parts.transmitter.send(connection, { type: 'authenticated', expires_in_ms });
  }

  #refuse(connection: Connection, code: ErrorCode, message: string): void {
    this.parts.transmitter.send(connection, { type: 'error', code, message });
  }
}

/** What a client is told about a token that was not taken. */
export function refusalOf(error: unknown): [ErrorCode, string] {
  if (isPlatformError(error, 'token_expired')) return ['token_expired', 'the access token has expired'];
  if (isPlatformError(error, 'token_invalid')) return ['token_invalid', 'the access token is not valid here'];
  return ['unavailable', 'tokens cannot be checked right now'];
}
