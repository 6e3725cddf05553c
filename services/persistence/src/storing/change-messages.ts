import type { Queryable } from '@chat-app/database';
import { groupBy } from '@chat-app/platform';
import type { ChangedFrame } from '@chat-app/protocol';
import { toStoredMessage } from '../messages/message-row';
import { bumpVersions } from './sql/bump-versions';

/** Most changes that one frame names. */
const MAX_NAMED = 100;

/** An event that changed a message. */
export interface ChangeOfMessage {
  event_id: string;
  message_id: string;
  actor_id?: string | undefined;
}

/**
 * Gives every changed message its next version, once for all the changes of it. Answers what is to be told of each, by the
 * last change of it. The caller holds the locks of the conversations.
 */
export async function changeMessages<Change extends ChangeOfMessage>(
  transaction: Queryable,
  changes: readonly Change[],
): Promise<ReadonlyMap<Change, ChangedFrame>> {
  const byMessage = groupBy(changes, (change) => change.message_id);
  const told = new Map<Change, ChangedFrame>();
  if (byMessage.size === 0) return told;
  for (const row of await bumpVersions(transaction, [...byMessage.keys()])) {
    const made = byMessage.get(row.id) ?? [];
    const last = made.at(-1);
    if (last === undefined) continue;
    const { conversation_id, previous, version } = row;
    const named = made.slice(-MAX_NAMED).map(({ event_id, actor_id = '' }) => ({ event_id, actor_id }));
    told.set(last, {
      type: 'changed',
      conversation_id,
      previous,
      version,
      message: toStoredMessage(row),
      changes: named,
    });
  }
  return told;
}
