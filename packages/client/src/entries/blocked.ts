import { flag, text } from '../parsing/checks';
import { defineEntry, type EventFields } from './entry-kind';

/** The user blocks another, or does so no longer, here or on another device. */
export interface UserBlocked extends EventFields {
  user_id: string;
  blocked_user_id: string;
  blocked: boolean;
}

/** Whom the user may write to is another. */
export const blocked = defineEntry(
  'blocked',
  { user_id: text, blocked_user_id: text, blocked: flag },
  (fields) => fields as unknown as UserBlocked,
);
