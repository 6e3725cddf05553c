import type { Queryable } from '@chat-app/database';
import { readChangedMessages, type ChangedMessage } from './sql/read-changed-messages';
import type { Refusal } from './projections/projection';

/** A change of a message as its record says it. */
export interface MessageChange {
  kind: string;
  event_id: string;
  conversation_id: string;
  actor_id?: string | undefined;
  message_id: string;
}

/**
 * Which of these changes may not be: an edit by anyone but the sender, a deletion by anyone but the sender or an owner of
 * the group, and what is about no message of the conversation. A change that is stored already is judged no more. Locks
 * the messages until the transaction ends.
 */
export async function judgeChanges(
  transaction: Queryable,
  changes: readonly MessageChange[],
): Promise<readonly (Refusal | undefined)[]> {
  const messages = await readChangedMessages(transaction, changes);
  return changes.map((change, index) => {
    const message = messages[index];
    return message?.is_known === true ? undefined : refusalOf(change, message);
  });
}

/** Why a user may not change a message so; undefined where they may. */
export function refusalOf(
  change: Pick<MessageChange, 'kind' | 'actor_id'>,
  message: ChangedMessage | undefined,
): Refusal | undefined {
  if (message === undefined || message.sender_id === null) return 'unknown_message';
  // Every member may react: whether they are one is asked where it is stored.
  if (change.kind === 'reacted' || message.sender_id === change.actor_id) return undefined;
  return change.kind === 'deleted' && message.is_owner ? undefined : 'forbidden';
}
