import { definePersonalEvent } from './event-kind';

/** The user joined a group. An entry of that user's inbox alone. Persistence draws its id: it happens in a transaction. */
export const joined = definePersonalEvent('joined', 1, {});
