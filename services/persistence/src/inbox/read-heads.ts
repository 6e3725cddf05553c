import { route, type Route } from '@chat-app/platform';
import { ANNOUNCED_FEATURES, HeadsRequest, HeadsResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { readBlocks } from '../blocks/sql/read-blocks';
import { readAnnouncement, readHeads } from './sql/read-heads';

/** The newest entry number of many inboxes: what the reconciliation of a pod compares with what it sent. */
export function readHeadsRoute({ database }: Context): Route {
  return route({
    method: 'POST',
    path: '/internal/heads',
    summary: 'Number of the newest entry of each inbox.',
    access: 'internal',
    body: HeadsRequest,
    responses: { 200: HeadsResponse },
    async handle({ body }) {
      const [heads, blocks, announcement] = await Promise.all([
        readHeads(database, body.user_ids),
        readBlocks(database, body.user_ids),
        readAnnouncement(database, ANNOUNCED_FEATURES),
      ]);
      return { status: 200, body: { heads, blocks, ...announcement } };
    },
  });
}
