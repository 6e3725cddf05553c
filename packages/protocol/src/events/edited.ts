import { z } from 'zod';
import { contentFault } from '../content';
import { CustomData } from '../custom-data';
import { Reactions } from '../reactions';
import { Uuid } from '../identifier-schemas';
import { editId } from '../identifiers';
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

/**
 * The sender of a message gave it other content. An entry of everyone in the conversation, which always tells the newest
 * content: of a message that was edited again or deleted since, what it is now.
 */
export const edited = defineEvent('edited', 4, {
  message_id: Uuid,
  content: z.string(),
  /** Custom data of the message from now on; absent: none. */
  data: CustomData.optional(),
  /** When the content that is told was written, where that was a later edit. */
  edited_at: z.iso.datetime().optional(),
  /** The message was deleted since: content is empty. */
  deleted_at: z.iso.datetime().optional(),
  deleted_by: Uuid.optional(),
  /** Of the message as it is now: see MESSAGE_CHANGES. */
  version: z.int().min(0).optional(),
  reactions: Reactions.optional(),
});

/** `edit`: give an own message other content. What is absent of `data` is taken away. */
export const EditFrame = z
  .object({
    ...COMMAND_FIELDS,
    type: z.literal('edit'),
    message_id: Uuid,
    content: z.string(),
    data: CustomData.optional(),
  })
  .refine(namesOneTarget, ONE_TARGET);
export type EditFrame = z.infer<typeof EditFrame>;

/** How a client asks for an edit. */
export const editCommand = {
  type: 'edit',
  frame: EditFrame,
  changes: ({ message_id }) => ({ message_id }),
  fault: (frame, { contentBytes }) => contentFault(frame.content, contentBytes),
  toRecord({ id, message_id, content, data }, acceptance: Acceptance) {
    const { actor_id, conversation_id } = acceptance;
    return {
      kind: 'edited',
      event_id: editId({ actor_id, conversation_id, message_id, id, content, data }),
      ...acceptedFields(acceptance),
      message_id,
      content,
      ...(data !== undefined && { data }),
    };
  },
} satisfies Command<EditFrame, EventValue<typeof edited>>;
