import { Uuid } from '../identifier-schemas';
import { defineEvent } from './event-kind';

/** The user left a group, or was removed. An entry of that user's inbox alone. Persistence draws its id. */
export const left = defineEvent('left', 2, { user_id: Uuid });
