import type { EventKindName, EventRecord } from '@chat-app/protocol';
import { projectionOf } from './projections';
import type { EventRow } from './projections/projection';

/** An event to be stored: its kind and record, and the row that it is, projected once for all that need it. */
export interface StorableEvent {
  kind: EventKindName;
  value: EventRecord;
  row: EventRow;
}

export function projectEvent(kind: EventKindName, value: EventRecord): StorableEvent {
  return { kind, value, row: projectionOf(kind).toRow(value) };
}
