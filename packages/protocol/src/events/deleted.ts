import { z } from 'zod';
import { Uuid } from '../identifier-schemas';
import { deletionId } from '../identifiers';
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

/** A message was deleted, by its sender or an owner of the group (`actor_id`). An entry of everyone in the conversation. */
export const deleted = defineEvent('deleted', 5, { message_id: Uuid });

/** `delete`: take a message's content away, everywhere and for good. */
export const DeleteFrame = z
  .object({ ...COMMAND_FIELDS, type: z.literal('delete'), message_id: Uuid })
  .refine(namesOneTarget, ONE_TARGET);
export type DeleteFrame = z.infer<typeof DeleteFrame>;

/** How a client asks for a deletion. A message is deleted once, whoever asks and however often. */
export const deleteCommand = {
  type: 'delete',
  frame: DeleteFrame,
  changes: ({ message_id }) => ({ message_id }),
  fault: () => undefined,
  toRecord({ message_id }, acceptance: Acceptance) {
    return {
      kind: 'deleted',
      event_id: deletionId(message_id),
      ...acceptedFields(acceptance),
      message_id,
    };
  },
} satisfies Command<DeleteFrame, EventValue<typeof deleted>>;
