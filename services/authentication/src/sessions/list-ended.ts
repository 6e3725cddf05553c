import { BEFORE_ALL_IDS } from '@chat-app/database';
import { route, type Route } from '@chat-app/platform';
import { LIMITS, ListEndedSessionsRequest, ListEndedSessionsResponse } from '@chat-app/protocol';
import type { SessionSource } from '@chat-app/tokens';
import type { Context } from '../context';
import { findEndedSessions } from './sql/find-ended-sessions';
import { listEndedSessions } from './sql/list-ended-sessions';

/**
 * How far each answer reaches back behind its question: the end of a session whose commit took longer, on a database
 * whose standby hangs for instance, is found by reconciliation and by the next handshake alone.
 */
const OVERLAP_S = 60;
/** Clocks and calls are not exact. */
const TOLERANCE_S = 10;

/** `GET /internal/sessions/ended`: what ended since, for every pod that takes tokens. */
export function listEndedRoute(context: Context): Route {
  return route({
    method: 'GET',
    path: '/internal/sessions/ended',
    summary: 'Which sessions ended since.',
    access: 'internal',
    query: ListEndedSessionsRequest,
    responses: { 200: ListEndedSessionsResponse },
    handle: async ({ query }) => ({ status: 200, body: await listEnded(context, query.since) }),
  });
}

/** The same for this pod's own verifier, which need not ask itself over HTTP. */
export function ownSessions(context: Context): SessionSource {
  return {
    findEndedSessions: (sessionIds) => findEndedSessions(context.database, sessionIds),
    async listEndedSessions(since) {
      const { sessions, next, more, keep_s } = await listEnded(context, since);
      return {
        sessions: sessions.map(({ session_id, user_id }) => ({ sessionId: session_id, userId: user_id })),
        next,
        more,
        keepS: keep_s,
      };
    },
  };
}

async function listEnded(
  { database, configuration }: Context,
  since: string | undefined,
): Promise<ListEndedSessionsResponse> {
  const keepS = configuration.ACCESS_TOKEN_TTL_S + OVERLAP_S + TOLERANCE_S;
  const limit = LIMITS.usersPerCall;
  const [endedAt, id] = since?.split('~') ?? [];
  const after = endedAt === undefined || id === undefined ? undefined : { endedAt, id };
  const rows = await listEndedSessions(database, after, { keepS, overlapS: OVERLAP_S, limit });
  const sessions = rows.flatMap((row) => (row.id === null ? [] : [{ session_id: row.id, user_id: row.user_id }]));
  const more = sessions.length === limit;
  const last = rows.at(-1);
  const next = more && last?.id ? `${last.ended_at}~${last.id}` : `${last?.overlap_from ?? ''}~${BEFORE_ALL_IDS}`;
  return { sessions, next, more, keep_s: keepS };
}
