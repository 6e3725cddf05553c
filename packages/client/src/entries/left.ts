import { optional, text } from '../parsing/checks';
import type { ConversationChange } from './conversation';
import { defineEntry } from './entry-kind';

/** The user is not in this group any more. */
export const left = defineEntry('conversation', { user_id: optional(text) }, (fields): ConversationChange => ({
  ...fields,
  change: 'left',
}));
