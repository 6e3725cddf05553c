import { route, type Route } from '@chat-app/platform';
import { InboxAnswer, InboxRequest } from '@chat-app/protocol';
import type { Context } from '../context';
import { encodeEntry, encodeLegacyEntry } from './encode-entry';
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
    responses: { 200: InboxAnswer },
    async handle({ query }) {
      const { user_id, after, limit, form } = query;
      const rows = await readEntries(database, user_id, after, limit);
      const head = rows[0]?.head ?? 0;
      const numbered = rows.flatMap((row) => (row.seq === null ? [] : [{ ...row, seq: row.seq }]));
      if (form === undefined) return { status: 200, body: { head, entries: numbered.map(encodeLegacyEntry) } };
      const epoch = rows[0]?.epoch ?? (await readAnnouncement(database, [])).epoch;
      return { status: 200, body: { head, epoch, entries: numbered.map((row) => encodeEntry(row, user_id)) } };
    },
  });
}
