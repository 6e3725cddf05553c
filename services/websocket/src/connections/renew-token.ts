import type { ErrorCode } from '@chat-app/protocol';
import { isPlatformError, type Logger, type TokenClaims, type TokenVerifier } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { Transmitter } from '../delivery/transmit-frame';
import type { Connection } from './connection';
import type { SessionGuard } from './guard-sessions';

/** How long before its token expires a client is told, milliseconds. */
const WARNING_MS = 30_000;

export interface AuthenticatorDependencies {
  verifier: TokenVerifier;
  sessions: SessionGuard;
  transmitter: Transmitter;
  clock: Clock;
  logger: Logger;
}

/** Keeps connections within the life of their token: warns, takes a newer token in place, closes at expiry. */
export class Authenticator {
  readonly #verifying = new Set<Connection>();

  constructor(private readonly dependencies: AuthenticatorDependencies) {}

  /** Takes a newer token of the same user. Answers with `authenticated`, or with an error that changes nothing. */
  authenticate(connection: Connection, token: string): void {
    if (this.#verifying.has(connection)) {
      this.#refuse(connection, 'rate_limited', 'one authenticate at a time');
      return;
    }
    const { verifier, logger } = this.dependencies;
    this.#verifying.add(connection);
    verifier
      .verify(token)
      .then(
        (claims) => this.#takeStanding(connection, claims),
        (error: unknown) => this.#refuse(connection, ...refusalOf(error)),
      )
      .catch((error: unknown) => logger.error('a token could not be taken', { error }))
      .finally(() => this.#verifying.delete(connection));
  }

  /** Looks at one connection's token; called about once a second for each. `now` is of the monotonic clock. */
  watch(connection: Connection, now: number): void {
    const left = connection.credential.expiresIn(now);
    if (left <= 0) connection.close('token_expired');
    else if (left <= WARNING_MS && connection.credential.warnOnce()) {
      this.dependencies.transmitter.send(connection, { type: 'token_expiring', after_ms: Math.round(left) });
    }
  }

  async #takeStanding(connection: Connection, claims: TokenClaims): Promise<void> {
    if (claims.userId !== connection.userId) {
      this.#refuse(connection, 'wrong_user', 'the token is of another user');
      return;
    }
    if (await this.dependencies.sessions.mayBegin(claims)) this.#take(connection, claims);
    else this.#refuse(connection, 'token_invalid', 'the session was ended');
  }

  #take(connection: Connection, claims: TokenClaims): void {
    const { clock, transmitter } = this.dependencies;
    const { credential } = connection;
    credential.renew(claims.sessionId, expiryOf(claims, clock));
    const expires_in_ms = Math.max(0, Math.round(credential.expiresIn(clock.monotonic())));
    transmitter.send(connection, { type: 'authenticated', expires_in_ms });
  }

  #refuse(connection: Connection, code: ErrorCode, message: string): void {
    this.dependencies.transmitter.send(connection, { type: 'error', code, message });
  }
}

/** When a token expires by the monotonic clock: it is read once against the time of day, which may be set later. */
export function expiryOf(claims: TokenClaims, clock: Clock): number {
  return clock.monotonic() + claims.expiresAt * 1_000 - clock.wall();
}

/** What a client is told about a token that was not taken. */
export function refusalOf(error: unknown): [ErrorCode, string] {
  if (isPlatformError(error, 'token_expired')) return ['token_expired', 'the access token has expired'];
  if (isPlatformError(error, 'token_invalid')) return ['token_invalid', 'the access token is not valid here'];
  return ['unavailable', 'tokens cannot be checked right now'];
}
