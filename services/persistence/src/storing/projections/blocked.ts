import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';

/** An entry of the one who blocks alone. The block itself is put by the call that makes the event. */
export const blocked: Projection<EventRecord<'blocked'>> = {
  fromLog: false,
  toRow: (value) => projectEntry(EVENT_KINDS.blocked.number, value, value.user_id),
};
