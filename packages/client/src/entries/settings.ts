import { optional, text } from '../parsing/checks';
import { defineEntry, type EventFields } from './entry-kind';

/** The user changed how a conversation is to them, here or on another device: what is absent stays as it was. */
export interface ConversationSettingsChange extends EventFields {
  user_id: string;
  /** Whether others are told what the user received and read, and the user what they did. */
  receipts?: 'on' | 'off';
  /** Until when it is muted; null: no more. */
  muted_until?: string | null;
}

const nullable = (value: unknown): boolean => value === null || text(value);

/** Settings are others. */
export const settings = defineEntry(
  'settings',
  { user_id: text, receipts: optional(text), muted_until: optional(nullable) },
  (fields) => fields as unknown as ConversationSettingsChange,
);
