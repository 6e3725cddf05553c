import { Uuid } from '../identifier-schemas';
import { defineEvent } from './event-kind';

/**
 * The user has read a conversation up to and including a message, which may still be on its way to the history. An entry of
 * that user's inbox alone: it clears the badge on their other devices. Persistence draws its id.
 */
export const read = defineEvent('read', 6, { user_id: Uuid, message_id: Uuid });
