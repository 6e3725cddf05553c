import { z } from 'zod';
import { Uuid } from '../identifier-schemas';
import { definePersonalEvent } from './event-kind';

/**
 * The user blocked another, or does so no longer. An entry of that user's inbox alone, of the direct conversation of the two:
 * the other one is told nothing. Persistence draws its id: it happens in a transaction.
 */
export const blocked = definePersonalEvent('blocked', 20, { blocked_user_id: Uuid, blocked: z.boolean() });
