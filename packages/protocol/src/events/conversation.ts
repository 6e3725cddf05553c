import { z } from 'zod';
import { CustomData } from '../custom-data';
import { defineEvent } from './event-kind';

/**
 * Something about a conversation changed: what is there has changed, what is absent stays as it was. An entry of every
 * member's inbox. Persistence draws its id: it happens in a transaction.
 */
export const conversation = defineEvent('conversation', 3, {
  title: z.string().optional(),
  /** By user: the role that each of them has now. */
  roles: z.record(z.string(), z.string()).optional(),
  data: CustomData.optional(),
});
