import { z } from 'zod';
import { namesOneTarget, ONE_TARGET } from '../events/event-kind';
import { Uuid } from '../identifier-schemas';
import type { Known } from '../known';

/**
 * `typing`: the user writes something in this conversation, or stopped. Never answered: what comes too often, or from
 * somebody who is not in the conversation, is dropped.
 */
export const TypingRequest = z
  .object({
    type: z.literal('typing'),
    conversation_id: Uuid.optional(),
    recipient_id: Uuid.optional(),
    active: z.boolean(),
  })
  .refine(namesOneTarget, ONE_TARGET);
export type TypingRequest = z.infer<typeof TypingRequest>;

const TYPING_FIELDS = { conversation_id: Uuid, user_id: Uuid, active: z.boolean() };

/** `typing`: another member writes something, or stopped. Forget it `LIMITS.typingForgottenMs` after the last that says so. */
export const TypingFrame = z.looseObject({ type: z.literal('typing'), ...TYPING_FIELDS });
export type TypingFrame = Known<z.infer<typeof TypingFrame>>;

/** What pods tell each other, on the channel of the group or of the other user of a direct conversation. */
export const TypingEnvelope = z.looseObject({ kind: z.literal('typing'), ...TYPING_FIELDS });
export type TypingEnvelope = Known<z.infer<typeof TypingEnvelope>>;
