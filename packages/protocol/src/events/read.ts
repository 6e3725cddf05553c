import { Uuid } from '../identifier-schemas';
import { definePersonalEvent } from './event-kind';

/**
 * The user has read a conversation up to and including a message, which may still be on its way to the history. An entry of
 * that user's inbox alone: it clears the badge on their other devices. Persistence draws its id.
 */
export const read = definePersonalEvent('read', 6, { message_id: Uuid });
