import { route, type Route } from '@chat-app/platform';
import { HeadsRequest, HeadsResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { READ_HEADS, type ReadHeadsRow } from './sql/read-heads';

/** The newest entry number of many inboxes: what the sweep of a pod compares with what it sent. */
export function readHeadsRoute({ database }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/heads',
    summary: 'Number of the newest entry of each inbox.',
    access: 'internal',
    body: HeadsRequest,
    responses: { 200: HeadsResponse },
    async handle({ body }) {
      const rows = await database.query<ReadHeadsRow>(READ_HEADS, [body.user_ids]);
      const heads = Object.fromEntries(rows.map((row) => [row.user_id, row.last_seq]));
      return { status: 200, body: { heads } };
    },
  });
}
