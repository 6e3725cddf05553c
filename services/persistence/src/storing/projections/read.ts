import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';

/** An entry of the reader alone. The marker itself is moved by the call that makes the event. */
export const read: Projection<EventRecord<'read'>> = {
  fromLog: false,
  // With a recipient nothing of a group is locked: no other member is concerned.
  toRow: (value) => ({ ...projectEntry(EVENT_KINDS.read.number, value, value.user_id), recipientId: value.user_id }),
};
