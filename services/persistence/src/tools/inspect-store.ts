import type { Database, Queryable } from '@chat-app/database';
import { countDeadMessages } from './sql/count-dead-messages';
import { inspectConversation } from './sql/inspect-conversation';
import { inspectDeadMessages, type InspectedDeadMessage } from './sql/inspect-dead-messages';
import { inspectMessage } from './sql/inspect-message';
import { inspectUser } from './sql/inspect-user';
import { makeReadOnly } from './sql/make-read-only';

/** What an operator wants to know. Contents and titles are answered only where `content` is set. */
export type Question =
  | { about: 'message' | 'conversation' | 'user'; id: string; content: boolean }
  | { about: 'dead'; code: string | undefined; limit: number; content: boolean };

/** Of a message that died more often the newest. */
const DEATHS_SHOWN = 10;

/** Where a message is. */
export type MessageState = 'stored' | 'dead' | 'redriven' | 'not_here';

const MEANINGS: Readonly<Record<MessageState, string>> = {
  stored: 'it is in the history and in the inboxes below; a device that confirmed its seq has it',
  dead: 'it could not be stored, for the reasons below; a redrive moves it back once the cause is fixed',
  redriven: 'it died and was moved back to the log; should it be neither here soon nor dead again, look at the lag',
  not_here:
    'it waits in the log (look at the lag of group persistence), or was never accepted: ask the sender for its "accepted"',
};

/**
 * Answers a question about what is stored. Reads only, in a transaction that PostgreSQL holds to it.
 * @throws PlatformError database_unavailable, database_refused
 */
export function inspectStore(database: Database, question: Question): Promise<object> {
  return database.transaction(async (transaction) => {
    await makeReadOnly(transaction);
    switch (question.about) {
      case 'message':
        return describeMessage(transaction, question.id, question.content);
      case 'dead':
        return describeDead(transaction, question);
      case 'conversation': {
        const found = await inspectConversation(transaction, question.id, question.content);
        return found === undefined ? { conversation_id: question.id, found: false } : { found: true, ...known(found) };
      }
      case 'user': {
        const found = await inspectUser(transaction, question.id);
        const devices = found.devices.map((device) => ({ ...device, behind: found.inbox_head - device.received_seq }));
        return { ...found, devices };
      }
    }
  });
}

async function describeMessage(transaction: Queryable, id: string, content: boolean): Promise<object> {
  const stored = await inspectMessage(transaction, id, content);
  const deaths = await inspectDeadMessages(transaction, { messageId: id }, { limit: DEATHS_SHOWN, content });
  const state = stateOf(stored !== undefined, deaths);
  return {
    message_id: id,
    state,
    meaning: MEANINGS[state],
    ...(stored !== undefined && { stored: known(stored) }),
    ...(deaths.length > 0 && { deaths: deaths.map(known) }),
  };
}

function stateOf(stored: boolean, deaths: readonly InspectedDeadMessage[]): MessageState {
  if (stored) return 'stored';
  const [last] = deaths;
  if (last === undefined) return 'not_here';
  return last.redriven_at === null ? 'dead' : 'redriven';
}

async function describeDead(
  transaction: Queryable,
  { code, limit, content }: Extract<Question, { about: 'dead' }>,
): Promise<object> {
  const counts = await countDeadMessages(transaction);
  const newest = await inspectDeadMessages(transaction, { code }, { limit, content });
  return { by_code: counts, newest: newest.map(known) };
}

/** Without what is not known or not to be shown. */
function known(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
