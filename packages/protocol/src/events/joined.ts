import { Uuid } from '../identifier-schemas';
import { defineEvent } from './event-kind';

/** The user joined a group. An entry of that user's inbox alone. Persistence draws its id: it happens in a transaction. */
export const joined = defineEvent('joined', 1, { user_id: Uuid });
