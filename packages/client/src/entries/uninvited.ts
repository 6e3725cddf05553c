import { text } from '../parsing/checks';
import { defineEntry } from './entry-kind';
import type { InvitationChange } from './invited';

/** Nobody asks any more. */
export const uninvited = defineEntry(
  'invitation',
  { user_id: text },
  (fields) => ({ ...fields, change: 'uninvited' }) as InvitationChange,
);
