import { PlatformError, type TokenClaims, type TokenVerifier } from '@chat-app/platform';
import type { EndedSessionsPage } from '@chat-app/tokens';
import type { AuthenticationClient } from '../peers/authentication-client';

/** Authentication in memory. Its tokens are readable claims: how real ones are checked is tested with their verifier. */
export class TestAuthentication implements AuthenticationClient, TokenVerifier {
  unavailable = false;
  readonly unknown = new Set<string>();
  readonly ended = new Set<string>();
  /** Users of sessions that ended; what is looked up, in this order. */
  readonly listed: { sessionId: string; userId: string }[] = [];
  /** Sessions of each question whether they stand. */
  readonly asked: string[][] = [];
  /** Questions about users so far. */
  questions = 0;

  token(userId: string, options: { sessionId?: string; expiresInMs?: number } = {}): string {
    const expiresAt = Math.ceil((Date.now() + (options.expiresInMs ?? 600_000)) / 1_000);
    const claims: TokenClaims = {
      userId,
      sessionId: options.sessionId ?? `session-of-${userId}`,
      tokenId: 'token',
      issuedAt: Math.floor(Date.now() / 1_000),
      expiresAt,
    };
    return Buffer.from(JSON.stringify(claims)).toString('base64url');
  }

  async verify(token: string): Promise<TokenClaims> {
    if (this.unavailable) throw new PlatformError('service_unavailable', 'an outage, by the test');
    let claims: TokenClaims;
    try {
      claims = JSON.parse(Buffer.from(token, 'base64url').toString()) as TokenClaims;
    } catch {
      throw new PlatformError('token_invalid', 'not a token');
    }
    if (claims.expiresAt * 1_000 <= Date.now()) throw new PlatformError('token_expired', 'expired');
    return claims;
  }

  async findUnknownUsers(userIds: readonly string[]): Promise<string[]> {
    this.questions += 1;
    if (this.unavailable) throw new PlatformError('service_unavailable', 'an outage, by the test');
    return userIds.filter((id) => this.unknown.has(id));
  }

  /** Ends a session as a log-out does. */
  end(userId: string, sessionId: string): void {
    this.ended.add(sessionId);
    this.listed.push({ sessionId, userId });
  }

  async listEndedSessions(since: string | undefined): Promise<EndedSessionsPage> {
    if (this.unavailable) throw new PlatformError('service_unavailable', 'an outage, by the test');
    return {
      sessions: this.listed.slice(Number(since ?? 0)),
      next: String(this.listed.length),
      more: false,
      keepS: 600,
    };
  }

  async findEndedSessions(sessionIds: readonly string[]): Promise<string[]> {
    this.asked.push([...sessionIds]);
    if (this.unavailable) throw new PlatformError('service_unavailable', 'an outage, by the test');
    return sessionIds.filter((id) => this.ended.has(id));
  }
}
