import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { applyReactions } from '../apply-reactions';
import { judgeChanges } from '../judge-changes';
import { projectEntry } from '../project-entry';
import { wrongConversation } from '../wrong-conversation';
import type { Projection } from './projection';

/** What members reacted with is a state of the message: no inbox has an entry of it. */
export const reacted: Projection<EventRecord<'reacted'>> = {
  fromLog: true,
  isAboutMessage: true,
  isState: true,
  fault: wrongConversation,
  toRow: (value) => projectEntry(EVENT_KINDS.reacted.number, value),
  judge: judgeChanges,
  apply: applyReactions,
};
