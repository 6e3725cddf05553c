import { optional, text } from '../parsing/checks';
import type { ConversationChange } from './conversation';
import { defineEntry } from './entry-kind';

/** The user is in this group now. */
export const joined = defineEntry('conversation', { user_id: optional(text) }, (fields): ConversationChange => ({
  ...fields,
  change: 'joined',
}));
