import type { Queryable, Statement } from '@chat-app/database';
import { messageColumns, type MessageRow } from '../../messages/message-row';
import { CURRENT_EPOCH } from './announcement';

/** One row without `seq` where there are no entries, no row where there is no inbox. */
const READ_INBOX: Statement = {
  name: 'read_inbox',
  text: `
select head.last_seq as head, head.expired_seq as expired, ${CURRENT_EPOCH} as epoch, entry.*
from chat.inbox_heads head
left join lateral (
  select i.seq, i.kind as number, i.message_id, i.event_id, i.conversation_id as group_id, ev.body,
    ${messageColumns('m', '$1::uuid')}
  from chat.inbox i
  left join chat.events ev on ev.id = i.event_id
  left join chat.messages m on m.id = coalesce(i.message_id, (ev.body ->> 'message_id')::uuid)
  where i.user_id = $1 and i.seq > $2
  order by i.seq limit $3
) entry on true
where head.user_id = $1
order by entry.seq`,
};

type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null };

/** An entry as it is read, with the message that it is or is about. */
export interface EntryRow extends Nullable<MessageRow> {
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

/** Entries after a number, ascending, at most `limit`. */
export function readEntries(on: Queryable, userId: string, after: number, limit: number): Promise<EntryRow[]> {
  return on.query<EntryRow>(READ_INBOX, [userId, after, limit]);
}
