import { z } from 'zod';
import { isEmoji } from '../emoji';
import { Uuid } from '../identifier-schemas';
import { reactionId } from '../identifiers';
import { LIMITS } from '../limits';
import {
  acceptedFields,
  COMMAND_FIELDS,
  defineEvent,
  namesOneTarget,
  ONE_TARGET,
  type Acceptance,
  type Command,
  type EventValue,
} from './event-kind';

export const Emoji = z.string().refine(isEmoji, {
  error: `must be an emoji or a short text without spaces, 1 to ${LIMITS.emojiBytes} bytes`,
});

/**
 * A member reacted to a message, or took it back (`on: false`). No entry of any inbox: what it comes to is told as `changed`,
 * once it is stored.
 */
export const reacted = defineEvent('reacted', 30, { message_id: Uuid, emoji: Emoji, on: z.boolean() });

/** `react`: put an own reaction to a message, or take it back. */
export const ReactFrame = z
  .object({ ...COMMAND_FIELDS, type: z.literal('react'), message_id: Uuid, emoji: Emoji, on: z.boolean() })
  .refine(namesOneTarget, ONE_TARGET);
export type ReactFrame = z.infer<typeof ReactFrame>;

/** How a client asks for a reaction. */
export const reactCommand = {
  type: 'react',
  frame: ReactFrame,
  isState: true,
  changes: ({ message_id, emoji, on }) => ({ message_id, emoji, on }),
  fault: () => undefined,
  toRecord({ id, message_id, emoji, on }, acceptance: Acceptance) {
    const { actor_id, conversation_id } = acceptance;
    return {
      kind: 'reacted',
      event_id: reactionId({ actor_id, conversation_id, message_id, id, emoji, on }),
      ...acceptedFields(acceptance),
      message_id,
      emoji,
      on,
    };
  },
} satisfies Command<ReactFrame, EventValue<typeof reacted>>;
