import { text } from '../parsing/checks';
import { defineEntry, type EventFields } from './entry-kind';

/** The user was invited to a group, or an invitation is over without the user being in it. */
export interface InvitationChange extends EventFields {
  change: 'invited' | 'uninvited';
  user_id: string;
  /** With `invited`: of the group. */
  title?: string;
  /** With `invited`: what the user would be in it. */
  role?: string;
}

/** Somebody asks. */
export const invited = defineEntry(
  'invitation',
  { user_id: text, title: text, role: text },
  (fields) => ({ ...fields, change: 'invited' }) as InvitationChange,
);
