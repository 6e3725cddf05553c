import { isObject, optional, text } from '../parsing/checks';
import { defineEntry, type EventFields } from './entry-kind';
import type { JsonObject } from './message';

/** Something about a conversation of the user's changed, or the user's place in it. */
export interface ConversationChange extends EventFields {
  /** `joined` and `left`: the user did. `changed`: what is there below did, what is absent stays as it was. */
  change: 'joined' | 'left' | 'changed';
  user_id?: string;
  title?: string;
  /** By user: the role that each of them has now. */
  roles?: Record<string, string>;
  data?: JsonObject;
}

/** Title, roles or data changed. */
export const conversation = defineEntry(
  'conversation',
  { title: optional(text), roles: optional(isObject), data: optional(isObject) },
  (fields): ConversationChange => ({ ...fields, change: 'changed' }),
);
