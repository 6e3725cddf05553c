import { text } from '../parsing/checks';
import { defineEntry, type EventFields } from './entry-kind';

/** A message was deleted, by its sender or an owner of the group (`actor_id`): it has no content any more. */
export interface MessageDeleted extends EventFields {
  message_id: string;
}

/** A message is gone. */
export const deleted = defineEntry('deleted', { message_id: text }, (fields) => fields as unknown as MessageDeleted);
