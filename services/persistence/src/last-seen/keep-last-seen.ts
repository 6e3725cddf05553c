import { route, type Route } from '@chat-app/platform';
import { LastSeenRequest, LastSeenResponse, SeenRequest } from '@chat-app/protocol';
import type { Context } from '../context';
import { findLastSeen } from './sql/find-last-seen';
import { recordLastSeen } from './sql/record-last-seen';

/** When users were here last: websocket pods say it of those who left, and ask it of those who are watched. */
export function lastSeenRoutes({ database }: Context): Route[] {
  const record = route({
    method: 'PUT',
    path: '/internal/last-seen',
    summary: 'These users were here until now.',
    access: 'internal',
    body: SeenRequest,
    responses: { 204: null },
    async handle({ body: { user_ids } }) {
      await recordLastSeen(database, user_ids);
      return { status: 204 };
    },
  });
  const find = route({
    method: 'POST',
    path: '/internal/last-seen',
    summary: 'When these users were here last, of those who let others know.',
    access: 'internal',
    body: LastSeenRequest,
    responses: { 200: LastSeenResponse },
    async handle({ body: { user_ids } }) {
      const users = await findLastSeen(database, user_ids);
      const told = users.map(({ user_id, at }) => ({ user_id, ...(at !== null && { at: at.toISOString() }) }));
      return { status: 200, body: { users: told } };
    },
  });
  return [record, find];
}
