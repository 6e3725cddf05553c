import { z } from 'zod';
import { definePersonalEvent } from './event-kind';

/**
 * The user was invited to a group, and is not in it before they accept. An entry of that user's inbox alone, with what they
 * need to decide: the group itself they cannot read yet. Persistence draws its id.
 */
export const invited = definePersonalEvent('invited', 21, { title: z.string(), role: z.string() });
