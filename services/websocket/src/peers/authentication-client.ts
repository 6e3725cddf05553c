import { EndedSessionsResponse, ListEndedSessionsResponse, UnknownUsersResponse } from '@chat-app/protocol';
import type { ServiceClient } from '@chat-app/platform';
import type { SessionSource } from '@chat-app/tokens';

/** What this service asks authentication. Every call throws PlatformError service_unavailable or service_refused. */
export interface AuthenticationClient extends SessionSource {
  /** Which of these users do not exist. */
  findUnknownUsers(userIds: readonly string[]): Promise<readonly string[]>;
}

/** A handshake waits no longer than this for the answer whether its session stands, milliseconds. */
const SESSIONS_TIMEOUT_MS = 1_500;

/** Authentication over HTTP. */
export function createAuthenticationClient(client: ServiceClient): AuthenticationClient {
  return {
    async findUnknownUsers(userIds) {
      const answer = await client.call({
        method: 'POST',
        path: '/internal/users/unknown',
        body: { user_ids: userIds },
        response: UnknownUsersResponse,
      });
      return answer.unknown;
    },
    async findEndedSessions(sessionIds) {
      const answer = await client.call({
        method: 'POST',
        path: '/internal/sessions/ended',
        body: { session_ids: sessionIds },
        response: EndedSessionsResponse,
        timeoutMs: SESSIONS_TIMEOUT_MS,
      });
      return answer.ended;
    },
    async listEndedSessions(since) {
      const answer = await client.call({
        method: 'GET',
        path: '/internal/sessions/ended',
        query: { since },
        response: ListEndedSessionsResponse,
        timeoutMs: SESSIONS_TIMEOUT_MS,
      });
      const { sessions, next, more, keep_s: keepS } = answer;
      return {
        sessions: sessions.map(({ session_id, user_id }) => ({ sessionId: session_id, userId: user_id })),
        ...{ next, more, keepS },
      };
    },
  };
}
