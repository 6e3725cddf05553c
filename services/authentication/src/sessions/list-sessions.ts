import { route, type Route } from '@chat-app/platform';
import { SessionsResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { requireStanding } from './require-standing';
import { listSessions } from './sql/list-sessions';

const MAX_SESSIONS = 200;

/** `GET /sessions`: where the caller is logged in, the session of the call first. */
export function listSessionsRoute(context: Context): Route {
  return route({
    method: 'GET',
    path: '/sessions',
    summary: "The caller's sessions.",
    access: 'user',
    responses: { 200: SessionsResponse },
    async handle({ caller }) {
      await requireStanding(context, caller);
      const rows = await listSessions(context.database, caller.userId, caller.sessionId, MAX_SESSIONS);
      const sessions = rows.map((row) => ({
        session_id: row.id,
        current: row.id === caller.sessionId,
        created_at: row.created_at.toISOString(),
        last_used_at: row.last_used_at.toISOString(),
        ...(row.device_name !== null && { device_name: row.device_name }),
        ...(row.user_agent !== null && { user_agent: row.user_agent }),
      }));
      return { status: 200, body: { sessions } };
    },
  });
}
