import { route, type Route } from '@chat-app/platform';
import {
  EndedSessionsRequest,
  EndedSessionsResponse,
  UnknownUsersRequest,
  UnknownUsersResponse,
} from '@chat-app/protocol';
import type { Context } from './context';
import { listEndedRoute } from './sessions/list-ended';
import { findEndedSessions } from './sessions/sql/find-ended-sessions';
import { findUnknownUsers } from './accounts/sql/find-unknown-users';

/** Largest body of an internal call: 10,000 ids with room to spare. */
export const INTERNAL_BODY_BYTES = 1_048_576;

/** The internal port: what the other services ask, many ids in one call. */
export function internalRoutes(context: Context): Route[] {
  const unknownUsers = route({
    method: 'POST',
    path: '/internal/users/unknown',
    summary: 'Which of these users do not exist.',
    access: 'internal',
    body: UnknownUsersRequest,
    responses: { 200: UnknownUsersResponse },
    handle: async ({ body }) => ({
      status: 200,
      body: { unknown: await findUnknownUsers(context.database, body.user_ids) },
    }),
  });
  const endedSessions = route({
    method: 'POST',
    path: '/internal/sessions/ended',
    summary: 'Which of these sessions were ended.',
    access: 'internal',
    body: EndedSessionsRequest,
    responses: { 200: EndedSessionsResponse },
    handle: async ({ body }) => ({
      status: 200,
      body: { ended: await findEndedSessions(context.database, body.session_ids) },
    }),
  });
  return [unknownUsers, endedSessions, listEndedRoute(context)];
}
