import { conversationChannel, encodeEnvelope, userChannel, type ChatMessage } from '@chat-app/protocol';
import type { StoredEnvelope } from '@chat-app/protocol';
import type { Fanout } from '@chat-app/fanout';
import type { StoreOutcome } from './store-messages';

/** Announcing waits no longer than this: a fan-out that hangs must not hold up the log. */
const TIMEOUT_MS = 1_000;

/** A message and where it was stored. */
export interface Stored {
  message: ChatMessage;
  outcome: StoreOutcome;
}

/**
 * Says on each channel which messages were stored and where they stand in whose inbox: one notice per channel and batch,
 * direct messages on the channel of each of their users, group messages on the channel of the group. Never rejects: a
 * lost notice costs latency only, inboxes are complete without it. Resolves to the number of notices that failed.
 */
export async function announceStored(fanout: Fanout, stored: readonly Stored[]): Promise<number> {
  const notices = [...collectNotices(stored)].map(([channel, notice]) =>
    fanout.publish(channel, encodeEnvelope(notice)).then(
      () => true,
      () => false,
    ),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
  });
  const results = await Promise.race([Promise.all(notices), late]);
  clearTimeout(timer);
  return results === undefined ? notices.length : results.filter((sent) => !sent).length;
}

/** Notices by channel. Rows of a notice keep the order of the batch. */
export function collectNotices(stored: readonly Stored[]): ReadonlyMap<string, StoredEnvelope> {
  const notices = new Map<string, StoredEnvelope>();
  for (const { message, outcome } of stored) {
    if (outcome.user_ids.length === 0) continue;
    if (message.recipient_id === undefined) {
      addRow(notices, conversationChannel(message.conversation_id), message.message_id, outcome.user_ids, outcome.seqs);
      continue;
    }
    outcome.user_ids.forEach((userId, index) => {
      addRow(notices, userChannel(userId), message.message_id, [userId], [outcome.seqs[index] ?? 0]);
    });
  }
  return notices;
}

function addRow(
  notices: Map<string, StoredEnvelope>,
  channel: string,
  messageId: string,
  userIds: readonly string[],
  seqs: readonly number[],
): void {
  let notice = notices.get(channel);
  if (notice === undefined) notices.set(channel, (notice = { kind: 'stored', message_ids: [], positions: {} }));
  const row = notice.message_ids.push(messageId) - 1;
  userIds.forEach((userId, index) => {
    const column = (notice.positions[userId] ??= []);
    // A member who joined during the batch has no entry for its earlier messages: 0.
    while (column.length < row) column.push(0);
    column.push(seqs[index] ?? 0);
  });
  for (const column of Object.values(notice.positions)) if (column.length === row) column.push(0);
}
