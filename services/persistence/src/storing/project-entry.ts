import type { EventRow } from './projections/projection';

/** What the record of an event has that is no message. */
interface EntryValue {
  event_id: string;
  conversation_id: string;
  actor_id?: string | undefined;
  recipient_id?: string | undefined;
  at?: string | undefined;
}

/**
 * The row of an event that is no message: its record is kept whole, with what this version does not know. `userId` is the
 * only user whose inbox gets it; undefined: everyone in the conversation.
 */
export function projectEntry(kind: number, value: EntryValue, userId?: string): EventRow {
  return {
    eventId: value.event_id,
    kind,
    conversationId: value.conversation_id,
    actorId: value.actor_id ?? userId ?? '',
    recipientId: value.recipient_id,
    userId,
    at: value.at ?? new Date().toISOString(),
    content: undefined,
    data: undefined,
    body: value,
  };
}
