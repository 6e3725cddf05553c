import { route, type Route } from '@chat-app/platform';
import { OpenConnectionRequest, OpenConnectionResponse } from '@chat-app/protocol';
import type { Context } from './context';
import { OPEN_CONNECTION, type OpenConnectionRow } from './sql/open-connection';

/**
 * Where a device resumes: after what it confirmed, else after the most that any device of its user confirmed, else at the
 * beginning. Of unconfirmed entries at most the newest `catch_up_entries` are left to send.
 */
export function openConnectionRoute({ database }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/connections',
    summary: 'Where a device resumes, and the groups of its user.',
    access: 'internal',
    body: OpenConnectionRequest,
    responses: { 200: OpenConnectionResponse },
    async handle({ body }) {
      const [row] = await database.query<OpenConnectionRow>(OPEN_CONNECTION, [body.user_id, body.device_id]);
      const { head, confirmed, conversation_ids } = row ?? { head: 0, confirmed: 0, conversation_ids: [] };
      const position = Math.max(confirmed, head - body.catch_up_entries);
      const answer: OpenConnectionResponse = { head, position, skipped: position - confirmed, conversation_ids };
      return { status: 200, body: answer };
    },
  });
}
