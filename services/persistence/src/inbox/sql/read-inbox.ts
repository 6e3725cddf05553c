import type { Queryable, Statement } from '@chat-app/database';
import { messageColumns, type MessageRow } from '../../messages/message-row';
import { CURRENT_EPOCH } from './announcement';

/**
 * For each inbox its entries, or one row without `seq` where there are none. Each is looked up by index, as if alone: the arrays are
 * hidden from the planner, which would plan anew for each length of them, and entries have an upper bound since they are gapless.
 */
const READ_INBOXES: Statement = {
  name: 'read_inboxes',
  text: `
select d.place, coalesce(head.last_seq, 0) as head, coalesce(head.expired_seq, 0) as expired, ${CURRENT_EPOCH} as epoch,
  entry.*
from unnest((select $1::uuid[]), (select $2::bigint[])) with ordinality d (user_id, after, place)
left join lateral (
  select h.last_seq, h.expired_seq from chat.inbox_heads h where h.user_id = d.user_id limit 1
) head on true
left join lateral (
  select i.seq, i.kind as number, i.message_id, i.event_id, i.conversation_id as group_id, ev.body,
    ${messageColumns('m', 'd.user_id')}
  from chat.inbox i
  left join chat.events ev on ev.id = i.event_id
  left join chat.messages m on m.id = coalesce(i.message_id, (ev.body ->> 'message_id')::uuid)
  where i.user_id = d.user_id and i.seq > d.after and i.seq <= d.after + $3
  order by i.seq limit $3
) entry on true
order by d.place, entry.seq`,
};

type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null };

/** An entry as it is read, with the message that it is or is about. */
export interface EntryRow extends Nullable<MessageRow> {
  /** Which inbox it is of, from 1. */
  place: number;
  head: number;
  /** Entries up to this one are gone. */
  expired: number;
  epoch: string;
  seq: number | null;
  /** Number of the kind. */
  number: number | null;
  /** Of an entry that is a message. */
  message_id: string | null;
  event_id: string | null;
  /** Conversation of an entry that is no message. */
  group_id: string | null;
  /** Record of an event that is no message. */
  body: Record<string, unknown> | null;
}

/** A place in an inbox. */
export interface Reading {
  user_id: string;
  after: number;
}

/** Of each inbox the entries after a number, ascending, at most `limit`; at least one row of each, in their order. */
export async function readEntries(on: Queryable, readings: readonly Reading[], limit: number): Promise<EntryRow[][]> {
  const rows = await on.query<EntryRow>(READ_INBOXES, [
    readings.map(({ user_id }) => user_id),
    readings.map(({ after }) => after),
    limit,
  ]);
  const ofInboxes: EntryRow[][] = readings.map(() => []);
  for (const row of rows) ofInboxes[row.place - 1]?.push(row);
  return ofInboxes;
}
