import type { AcceptedFrame } from '@chat-app/protocol';

/** The command that was accepted, as it was sent. */
export type CommandFrame = Readonly<Record<string, unknown>>;

/**
 * The live copy of an event that one tab asked for, as the others would be told of it over connections of their own: the
 * server does not tell the connection that it came over. Of a command that this version does not know it is an entry that
 * says its id alone, so that its number in the inbox leaves no hole.
 */
export function ownCopy(command: CommandFrame, accepted: AcceptedFrame, userId: string): object {
  const { type, id: _id, after: _after, sender_id: _sender, ...fields } = command;
  const { message_id: eventId, conversation_id, sent_at: at } = accepted;
  if (type === 'send' || type === undefined) {
    return { ...fields, type: 'message', message_id: eventId, conversation_id, sender_id: userId, sent_at: at };
  }
  const { recipient_id: _recipient, ...rest } = fields;
  return {
    ...rest,
    type: typeof type === 'string' ? (KIND[type] ?? type) : '',
    event_id: eventId,
    conversation_id,
    actor_id: userId,
    at,
  };
}

/** The kinds of events that commands make, where they are not named alike. */
const KIND: Readonly<Record<string, string>> = { edit: 'edited', delete: 'deleted' };
