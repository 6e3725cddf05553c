import { definePersonalEvent } from './event-kind';

/** The user left a group, or was removed. An entry of that user's inbox alone. Persistence draws its id. */
export const left = definePersonalEvent('left', 2, {});
