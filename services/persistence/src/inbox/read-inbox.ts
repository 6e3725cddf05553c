import { route, type Route } from '@chat-app/platform';
import { InboxRequest, InboxResponse, type InboxEntry } from '@chat-app/protocol';
import type { Context } from '../context';
import { toChatMessage, type MessageRow } from '../messages/message-row';
import { READ_INBOX, type ReadInboxRow } from './sql/read-inbox';

const JOINED = 1;

/** Entries of an inbox after a position, ascending and without gaps: numbering and writing are one transaction. */
export function readInboxRoute({ database }: Context): Route {
  return route({
    method: 'GET',
    path: '/internal/inbox',
    summary: 'Entries of an inbox after a position.',
    access: 'internal',
    query: InboxRequest,
    responses: { 200: InboxResponse },
    async handle({ query }) {
      const rows = await database.query<ReadInboxRow>(READ_INBOX, [query.user_id, query.after, query.limit]);
      const answer: InboxResponse = { entries: rows.flatMap(toEntry), head: rows[0]?.head ?? 0 };
      return { status: 200, body: answer };
    },
  });
}

function toEntry(row: ReadInboxRow): InboxEntry[] {
  const { seq } = row;
  if (seq === null) return [];
  if (isMessage(row)) return [{ kind: 'message', seq, message: toChatMessage(row) }];
  return [{ kind: row.kind === JOINED ? 'joined' : 'left', seq, conversation_id: row.group_id ?? '' }];
}

function isMessage(row: ReadInboxRow): row is ReadInboxRow & MessageRow {
  return row.id !== null;
}
