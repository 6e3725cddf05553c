import { EVENT_KINDS, type EventRecord } from '@chat-app/protocol';
import { editMessages } from '../sql/edit-messages';
import { judgeChanges } from '../judge-changes';
import { projectEntry } from '../project-entry';
import type { Projection } from './projection';
import { wrongConversation } from '../wrong-conversation';

/** The message has other content. It stands with the message alone: a later deletion takes it away in one place. */
export const edited: Projection<EventRecord<'edited'>> = {
  fromLog: true,
  isAboutMessage: true,
  fault: wrongConversation,
  toRow({ content: _content, data: _data, ...value }) {
    return projectEntry(EVENT_KINDS.edited.number, value);
  },
  judge: judgeChanges,
  apply: editMessages,
};
