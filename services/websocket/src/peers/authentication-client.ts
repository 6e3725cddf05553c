import { EndedSessionsResponse, UnknownUsersResponse } from '@chat-app/protocol';
import type { ServiceClient } from '@chat-app/platform';

/** What this service asks authentication. Every call throws PlatformError service_unavailable or service_refused. */
export interface AuthenticationClient {
  /** Which of these users do not exist. */
  findUnknownUsers(userIds: readonly string[]): Promise<readonly string[]>;
  /** Which of these sessions were ended. */
  findEndedSessions(sessionIds: readonly string[]): Promise<readonly string[]>;
}

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
      });
      return answer.ended;
    },
  };
}
