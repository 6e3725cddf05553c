import { definePersonalEvent } from './event-kind';

/**
 * An invitation is over without the user being in the group: declined on one of their devices, withdrawn, or ended by a block. An entry of that
 * user's inbox alone. Persistence draws its id.
 */
export const uninvited = definePersonalEvent('uninvited', 22, {});
