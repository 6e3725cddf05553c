import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { deleteMessages } from '../sql/delete-messages';
import { judgeChanges } from '../judge-changes';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';
import { wrongConversation } from '../wrong-conversation';

/** The message has no content any more, in whatever is answered from now on. */
export const deleted: Projection<EventRecord<'deleted'>> = {
  fromLog: true,
  isAboutMessage: true,
  fault: wrongConversation,
  toRow: (value) => projectEntry(EVENT_KINDS.deleted.number, value),
  judge: judgeChanges,
  apply: deleteMessages,
};
