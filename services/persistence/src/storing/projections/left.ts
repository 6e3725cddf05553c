import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';

/** An entry of the user concerned. The membership itself is changed by the call that makes the event. */
export const left: Projection<EventRecord<'left'>> = {
  fromLog: false,
  toRow: (value) => projectEntry(EVENT_KINDS.left.number, value, value.user_id),
};
