import { EndedSessionsResponse, ListEndedSessionsResponse, UnknownUsersResponse } from '@chat-app/protocol';
import type { ServiceClient } from '@chat-app/platform';
import type { SessionSource } from '@chat-app/tokens';

/** What persistence asks authentication. */
export interface UserClient {
  /** Which of these users do not exist. @throws PlatformError service_unavailable, service_refused */
  findUnknownUsers(userIds: readonly string[]): Promise<readonly string[]>;
}

/** Asks over HTTP. */
export function createUserClient(client: ServiceClient): UserClient & SessionSource {
  return {
    async findUnknownUsers(userIds) {
      const body = { user_ids: userIds };
      const path = '/internal/users/unknown';
      const answer = await client.call({ method: 'POST', path, body, response: UnknownUsersResponse });
      return answer.unknown;
    },
    async findEndedSessions(sessionIds) {
      const body = { session_ids: sessionIds };
      const path = '/internal/sessions/ended';
      return (await client.call({ method: 'POST', path, body, response: EndedSessionsResponse })).ended;
    },
    async listEndedSessions(since) {
      const path = '/internal/sessions/ended';
      const call = { method: 'GET', path, query: { since }, response: ListEndedSessionsResponse } as const;
      const { sessions, next, more, keep_s: keepS } = await client.call(call);
      const ended = sessions.map(({ session_id, user_id }) => ({ sessionId: session_id, userId: user_id }));
      return { sessions: ended, next, more, keepS };
    },
  };
}
