import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';

/** An entry of every member. The conversation itself is changed by the call that makes the event. */
export const conversation: Projection<EventRecord<'conversation'>> = {
  fromLog: false,
  toRow: (value) => projectEntry(EVENT_KINDS.conversation.number, value),
};
