import { count, has, optional, text, type Fields } from '../parsing/checks';

/** An entry of the inbox, as it came. Without `seq` it is a live copy, whose number follows in `stored`. */
export interface EntryFrame {
  readonly type: string;
  readonly seq?: number;
  readonly [field: string]: unknown;
}

/** What this client does with one kind of entry. */
export interface EntryKind<Name extends string, Event> {
  /** Under which name it is told. */
  readonly event: Name;
  /** What both ends know it by: it is told once. */
  id(frame: EntryFrame): string;
  /** Makes the event of a frame; undefined where the frame lacks what its kind is about. */
  read(frame: EntryFrame): Event | undefined;
}

/** What all kinds but `message` share, which has older names for some of it. */
export interface EventFields {
  event_id?: string;
  conversation_id: string;
  /** Who did it; unknown of what is older than this field. */
  actor_id?: string;
  /** When: RFC 3339, UTC. */
  at?: string;
  /** Its number in the user's inbox, where it is known already. */
  seq?: number;
}

const EVENT_FIELDS: Fields = {
  event_id: optional(text),
  conversation_id: text,
  actor_id: optional(text),
  at: optional(text),
  seq: optional(count),
};

/** A kind of event: `toEvent` makes of a frame with these fields what listeners are told. */
export function defineEntry<Name extends string, Event>(
  event: Name,
  fields: Fields,
  toEvent: (fields: EventFields & Record<string, unknown>) => Event,
): EntryKind<Name, Event> {
  return {
    event,
    id: eventId,
    read: (frame) =>
      has(frame, { ...EVENT_FIELDS, ...fields })
        ? toEvent(withoutType(frame) as EventFields & Record<string, unknown>)
        : undefined,
  };
}

/** The id of an event; of one that is older than ids, what it says: a number alone may come to mean another entry. */
export function eventId(frame: EntryFrame): string {
  const { event_id: id, type, seq, conversation_id: conversation } = frame;
  return typeof id === 'string' ? id : `${seq}:${type}:${typeof conversation === 'string' ? conversation : ''}`;
}

/** A frame's fields, without its type. */
export function withoutType(frame: EntryFrame): Record<string, unknown> {
  const { type: _type, ...rest } = frame;
  return rest;
}
