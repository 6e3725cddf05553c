import { z } from 'zod';
import { Uuid } from '../identifier-schemas';
import { defineEvent } from './event-kind';

/**
 * The user was invited to a group, and is not in it before they accept. An entry of that user's inbox alone, with what they
 * need to decide: the group itself they cannot read yet. Persistence draws its id.
 */
export const invited = defineEvent('invited', 21, { user_id: Uuid, title: z.string(), role: z.string() });
