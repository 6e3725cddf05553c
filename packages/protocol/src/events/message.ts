import { z } from 'zod';
import { contentFault } from '../content';
import { CustomData } from '../custom-data';
import { Uuid } from '../identifier-schemas';
import { messageId } from '../identifiers';
import type { Known } from '../known';
import { LIMITS } from '../limits';
import { Reactions } from '../reactions';
import { COMMAND_FIELDS, namesOneTarget, ONE_TARGET, SEQ, type Command, type EventKind } from './event-kind';
import { fitsMessage } from './fits-message';

/** One accepted message, as it stands in the log, in inboxes and in history. Fields it does not know stay. */
export const ChatMessage = z.looseObject({
  message_id: Uuid,
  conversation_id: Uuid,
  sender_id: Uuid,
  /** Present for a direct conversation, absent for a group. */
  recipient_id: Uuid.optional(),
  content: z.string(),
  /** What the sender's client hung on it. */
  data: CustomData.optional(),
  /** The message of the conversation that it answers. */
  reply_to: Uuid.optional(),
  /** Users that it mentions; of those who are no members nobody is told. */
  mentions: z.array(Uuid).max(LIMITS.mentions).optional(),
  /** When it was accepted: RFC 3339, UTC, milliseconds. */
  sent_at: z.iso.datetime(),
});
export type ChatMessage = Known<z.infer<typeof ChatMessage>>;

/** A message as the log holds it: with content that can be stored. */
const MessageRecord = ChatMessage.superRefine((value, context) => {
  const fault = contentFault(value.content);
  if (fault !== undefined) context.addIssue({ code: 'custom', path: ['content'], message: fault });
});

/** What became of a message since it was sent. Not in the log: persistence knows it, and adds it to what it answers. */
export const MESSAGE_CHANGES = {
  /** When its sender last edited it. */
  edited_at: z.iso.datetime().optional(),
  /** When it was deleted: then content is empty and data absent. */
  deleted_at: z.iso.datetime().optional(),
  /** Who deleted it. */
  deleted_by: Uuid.optional(),
  /** Grows with each change of a message of the conversation; absent: this one was never changed. */
  version: z.int().min(0).optional(),
  /** What members reacted with; absent: nothing. */
  reactions: Reactions.optional(),
};

export type MessageChanges = { [Name in keyof typeof MESSAGE_CHANGES]?: z.infer<(typeof MESSAGE_CHANGES)[Name]> };

/**
 * `message`: a message of one of the user's conversations. With `seq` it is the entry of that number in the user's
 * inbox; without, its number follows in `stored`. The same message_id may come again: show it once.
 */
export const MessageFrame = ChatMessage.extend({ ...MESSAGE_CHANGES, type: z.literal('message'), seq: SEQ });
export type MessageFrame = Known<z.infer<typeof MessageFrame>>;

/**
 * `send`: store and deliver a message. Exactly one of recipient_id and conversation_id. `id` is the client's own id and
 * makes a retry safe; `after` is that of the send before it in the conversation. `sender_id` is accepted for legacy clients and must be the authenticated user.
 */
export const SendFrame = z
  .object({
    ...COMMAND_FIELDS,
    type: z.literal('send'),
    content: z.string(),
    data: CustomData.optional(),
    reply_to: Uuid.optional(),
    mentions: z.array(Uuid).max(LIMITS.mentions).optional(),
  })
  .refine(namesOneTarget, ONE_TARGET);
export type SendFrame = z.infer<typeof SendFrame>;

/** Content, to everybody in a conversation. Its record and frame have names of their own for who, what and when. */
export const message = {
  kind: 'message',
  number: 0,
  record: MessageRecord,
  fits: fitsMessage,
  frame: MessageFrame,
  eventId: (value) => value.message_id,
  toFrame: (value) => ({ type: 'message', ...value }),
} satisfies EventKind<'message', ChatMessage, MessageFrame>;

/** How a client asks for a message. */
export const sendCommand = {
  type: 'send',
  frame: SendFrame,
  fault: (frame, { contentBytes }) => contentFault(frame.content, contentBytes),
  toRecord({ content, data, id, reply_to, mentions }, { actor_id, conversation_id, recipient_id, at }) {
    return {
      message_id: messageId({ sender_id: actor_id, conversation_id, id, content, data, reply_to, mentions }),
      conversation_id,
      sender_id: actor_id,
      ...(recipient_id !== undefined && { recipient_id }),
      content,
      ...(data !== undefined && { data }),
      ...(reply_to !== undefined && { reply_to }),
      ...(mentions !== undefined && { mentions }),
      sent_at: at,
    };
  },
} satisfies Command<SendFrame, ChatMessage>;
