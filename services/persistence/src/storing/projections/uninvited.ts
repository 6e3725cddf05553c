import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';

/** An entry of the user concerned. The invitation itself is ended by the call that makes the event. */
export const uninvited: Projection<EventRecord<'uninvited'>> = {
  fromLog: false,
  toRow: (value) => projectEntry(EVENT_KINDS.uninvited.number, value, value.user_id),
};
