import { text } from '../parsing/checks';
import { defineEntry, type EventFields } from './entry-kind';

/** The user has read a conversation up to and including a message, here or on another device. */
export interface ConversationRead extends EventFields {
  user_id: string;
  message_id: string;
}

/** What is unread is less. */
export const read = defineEntry(
  'read',
  { user_id: text, message_id: text },
  (fields) => fields as unknown as ConversationRead,
);
