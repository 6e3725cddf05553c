import { z } from 'zod';
import { definePersonalEvent } from './event-kind';

/** Whether a user shows the other members what they received and read, and is shown it of them. */
export const ReceiptsSetting = z.enum(['on', 'off']);

/**
 * The user changed how a conversation is to them: what is there has changed, what is absent stays as it was. An entry of that
 * user's inbox alone, so that all of their devices agree. Persistence draws its id: it happens in a transaction.
 */
export const settings = definePersonalEvent('settings', 7, {
  receipts: ReceiptsSetting.optional(),
  /** Until when nothing of it is notified of; null: it is not muted any more. */
  muted_until: z.iso.datetime().nullable().optional(),
});
