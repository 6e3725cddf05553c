import { route, type Route } from '@chat-app/platform';
import { InboxesRequest, InboxesResponse, InboxPage, InboxRequest, LIMITS } from '@chat-app/protocol';
import type { Context } from '../context';
import { encodeEntry } from './encode-entry';
import { readEntries, type EntryRow, type Reading } from './sql/read-inbox';

/** Entries of inboxes after a position, ascending and without gaps: numbering and writing are one transaction. */
export function readInboxRoutes(context: Context): readonly Route[] {
  const one = route({
    method: 'GET',
    path: '/internal/inbox',
    summary: 'Entries of an inbox after a position.',
    access: 'internal',
    query: InboxRequest,
    responses: { 200: InboxPage },
    async handle({ query: { limit, ...reading } }) {
      const { inboxes, epoch } = await read(context, [reading], limit);
      return { status: 200, body: { head: 0, entries: [], ...inboxes[0], epoch } };
    },
  });
  const several = route({
    method: 'POST',
    path: '/internal/inboxes',
    summary: 'A few entries of inboxes after a position of each, in the order of the request.',
    access: 'internal',
    body: InboxesRequest,
    responses: { 200: InboxesResponse },
    async handle({ body }) {
      const { inboxes, epoch } = await read(context, body.inboxes, entriesOfEach(body.inboxes.length));
      return { status: 200, body: { inboxes: withinBytes(inboxes), epoch } };
    },
  });
  return [one, several];
}

/** Bodies of one answer about several inboxes: well below what its reader takes. */
const ANSWER_BYTES = 8 * 1024 * 1024;

function entriesOfEach(inboxes: number): number {
  return Math.min(LIMITS.inboxesPage, Math.ceil(LIMITS.inboxesEntries / inboxes));
}

/** Cuts pages where all together are too large: the first entry of each stays, so that every reader goes on. */
function withinBytes(pages: InboxesResponse['inboxes']): InboxesResponse['inboxes'] {
  let left = ANSWER_BYTES;
  return pages.map((page) => {
    const cut = page.entries.findIndex(({ body }, index) => {
      left -= Buffer.byteLength(body);
      return left < 0 && index > 0;
    });
    return cut === -1 ? page : { ...page, entries: page.entries.slice(0, cut) };
  });
}

async function read({ database }: Context, readings: readonly Reading[], limit: number): Promise<InboxesResponse> {
  const ofInboxes = await readEntries(database, readings, limit);
  const epoch = ofInboxes[0]?.[0]?.epoch;
  if (epoch === undefined) throw new Error('read_inboxes answers at least one row of each inbox');
  return { inboxes: readings.map((reading, index) => pageOf(reading, ofInboxes[index] ?? [])), epoch };
}

function pageOf({ user_id, after }: Reading, rows: readonly EntryRow[]): InboxesResponse['inboxes'][number] {
  const { head = 0, expired = 0 } = rows[0] ?? {};
  const entries = rows.flatMap((row) => (row.seq === null ? [] : [encodeEntry({ ...row, seq: row.seq }, user_id)]));
  return { head, entries, ...(expired > after && { expired }) };
}
