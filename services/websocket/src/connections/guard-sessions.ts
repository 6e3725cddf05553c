import { LIMITS } from '@chat-app/protocol';
import { chunks, type Logger, type TokenClaims } from '@chat-app/platform';
import type { StandingSessions } from '@chat-app/tokens';
import type { AuthenticationClient } from '../peers/authentication-client';
import type { Registry } from './registry';

/**
 * Lets nobody in whose session was ended (log-out, password change, reuse of a refresh token), and closes the sockets of
 * those that end: when told so over the fan-out, else when this pod looked, within two seconds; what both missed is found
 * by reconciliation.
 */
export class SessionGuard {
  constructor(
    private readonly sessions: StandingSessions,
    private readonly authentication: AuthenticationClient,
    private readonly registry: Registry,
    private readonly logger: Logger,
  ) {
    sessions.onEnded(({ userId, sessionId }) => this.#end(userId, [sessionId]));
  }

  /** Whether a connection may stand for this session: asked of authentication. Never rejects. */
  mayBegin(claims: TokenClaims): Promise<boolean> {
    return this.sessions.stands(claims);
  }

  /** Whether the session is known to have ended, also since it was asked about. */
  hasEnded({ sessionId }: Pick<TokenClaims, 'sessionId'>): boolean {
    return this.sessions.hasEnded(sessionId);
  }

  /** The fan-out says that these sessions of the user have ended; without a list, all. */
  notifyEnded(userId: string, sessionIds: readonly string[] | undefined): void {
    this.#end(userId, sessionIds);
    if (sessionIds !== undefined) this.sessions.notifyEnded(userId, sessionIds);
  }

  /** Asks about every session of this pod. */
  checkAll(): void {
    const sessions = new Set<string>();
    for (const { credential } of this.registry.connections) sessions.add(credential.sessionId);
    void this.#ask([...sessions]);
  }

  #end(userId: string, sessionIds: readonly string[] | undefined): void {
    for (const connection of [...(this.registry.find(userId)?.connections ?? [])]) {
      if (sessionIds === undefined || sessionIds.includes(connection.credential.sessionId)) {
        connection.close('signed_out');
      }
    }
  }

  /** Never rejects: during an outage of authentication the next reconciliation asks again. */
  async #ask(sessions: readonly string[]): Promise<void> {
    try {
      const ended = new Set<string>();
      for (const asked of chunks(sessions, LIMITS.usersPerCall)) {
        for (const session of await this.authentication.findEndedSessions(asked)) ended.add(session);
      }
      if (ended.size === 0) return;
      for (const connection of [...this.registry.connections]) {
        if (ended.has(connection.credential.sessionId)) connection.close('signed_out');
      }
    } catch (error) {
      this.logger.debug('lookup of ended sessions failed', { error });
    }
  }
}
