import { isObject, optional, text } from '../parsing/checks';
import { defineEntry, type EventFields } from './entry-kind';
import type { JsonObject } from './message';

/** A message was edited by its sender: what it is now. */
export interface MessageEdited<Data extends JsonObject = JsonObject> extends EventFields {
  message_id: string;
  content: string;
  data?: Data;
  /** When this content was written, where that is not `at`: it was edited again since. */
  edited_at?: string;
  /** It was deleted since: content is empty. */
  deleted_at?: string;
  deleted_by?: string;
}

/** A message has other content. */
export const edited = defineEntry(
  'edited',
  { message_id: text, content: text, data: optional(isObject), edited_at: optional(text), deleted_at: optional(text) },
  (fields) => fields as unknown as MessageEdited,
);
