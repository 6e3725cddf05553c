import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';

/** An entry of the user alone whose settings they are. The settings themselves are changed by the call that makes the event. */
export const settings: Projection<EventRecord<'settings'>> = {
  fromLog: false,
  // With a recipient nothing of a group is locked: no other member is concerned.
  toRow: (value) => ({
    ...projectEntry(EVENT_KINDS.settings.number, value, value.user_id),
    recipientId: value.user_id,
  }),
};
