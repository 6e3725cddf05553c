import { EVENT_KINDS, entryId, type EncodedEntry } from '@chat-app/protocol';
import { changesOf, toChatMessage, type MessageRow } from '../messages/message-row';
import type { EntryRow } from './sql/read-inbox';

type NumberedRow = EntryRow & { seq: number };

/** An entry as clients are sent it: the frame with its number, encoded. */
export function encodeEntry(row: NumberedRow, userId: string): EncodedEntry {
  const { seq } = row;
  if (isMessage(row)) {
    const message = toChatMessage(row);
    const { message_id: event_id, conversation_id } = message;
    const body = JSON.stringify({ type: EVENT_KINDS.message.kind, ...message, seq });
    return { kind: 'message', seq, event_id, conversation_id, accepted_at_ms: row.sent_at.getTime(), body };
  }
  const { kind, event_id, conversation_id, ...fields } = recordOf(row, userId);
  const at = typeof fields['at'] === 'string' ? Date.parse(fields['at']) : undefined;
  const body = JSON.stringify({ type: kind, event_id, conversation_id, ...fields, seq });
  return { kind, seq, event_id, conversation_id, ...(at !== undefined && { accepted_at_ms: at }), body };
}

function isMessage(row: NumberedRow): row is NumberedRow & MessageRow {
  return row.number === EVENT_KINDS.message.number && row.id !== null;
}

/** What is told of the message that an edit is about: what it is now, so that nothing comes back that was taken away. */
function newestContent(row: NumberedRow): Record<string, unknown> {
  if (row.number !== EVENT_KINDS.edited.number || row.id === null) return {};
  return { content: row.content, ...(row.data !== null && { data: row.data }), ...changesOf(row) };
}

function isOfLostMessage({ number, id }: NumberedRow): boolean {
  return id === null && (number === EVENT_KINDS.message.number || number === EVENT_KINDS.edited.number);
}

/** What an entry is called whose record is gone: it has its number, so that nothing is missing, and says nothing. */
const EXPIRED = 'expired';

/** The record of an entry; made up for one that was written before entries had records. */
function recordOf(
  row: NumberedRow,
  userId: string,
): Record<string, unknown> & Record<'kind' | 'event_id' | 'conversation_id', string> {
  const conversation_id = row.group_id ?? '';
  // Its message went with what is too old: of an edit the text would come back.
  if (isOfLostMessage(row)) return { kind: EXPIRED, event_id: row.event_id ?? row.message_id ?? '', conversation_id };
  if (row.body !== null) {
    const { kind, ...fields } = row.body;
    return { ...fields, ...newestContent(row), kind: String(kind), event_id: row.event_id ?? '', conversation_id };
  }
  if (row.event_id !== null) return { kind: EXPIRED, event_id: row.event_id, conversation_id };
  const kind = row.number === EVENT_KINDS.left.number ? 'left' : 'joined';
  return { kind, event_id: entryId(userId, row.seq), conversation_id, user_id: userId };
}
