import { route, type Route } from '@chat-app/platform';
import { InboxPage, InboxRequest } from '@chat-app/protocol';
import type { Context } from '../context';
import { encodeEntry } from './encode-entry';
import { readEntries } from './sql/read-inbox';
import { readAnnouncement } from './sql/read-heads';

/** Entries of an inbox after a position, ascending and without gaps: numbering and writing are one transaction. */
export function readInboxRoute({ database }: Context): Route {
  return route({
    method: 'GET',
    path: '/internal/inbox',
    summary: 'Entries of an inbox after a position.',
    access: 'internal',
    query: InboxRequest,
    responses: { 200: InboxPage },
    async handle({ query }) {
      const { user_id, after, limit } = query;
      const rows = await readEntries(database, user_id, after, limit);
      const head = rows[0]?.head ?? 0;
      const entries = rows.flatMap((row) => (row.seq === null ? [] : [encodeEntry({ ...row, seq: row.seq }, user_id)]));
      const epoch = rows[0]?.epoch ?? (await readAnnouncement(database, [])).epoch;
      const { expired = 0 } = rows[0] ?? {};
      return { status: 200, body: { head, epoch, entries, ...(expired > after && { expired }) } };
    },
  });
}
