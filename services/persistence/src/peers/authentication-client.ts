import { UnknownUsersResponse } from '@chat-app/protocol';
import type { ServiceClient } from '@chat-app/platform';

/** What persistence asks authentication. */
export interface AuthenticationClient {
  /** Which of these users do not exist. @throws PlatformError service_unavailable, service_refused */
  findUnknownUsers(userIds: readonly string[]): Promise<readonly string[]>;
}

/** Asks over HTTP. */
export function createAuthenticationClient(client: ServiceClient): AuthenticationClient {
  return {
    async findUnknownUsers(userIds) {
      const body = { user_ids: userIds };
      const path = '/internal/users/unknown';
      const answer = await client.call({ method: 'POST', path, body, response: UnknownUsersResponse });
      return answer.unknown;
    },
  };
}
