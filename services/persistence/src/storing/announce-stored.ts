import {
  conversationChannel,
  encodeServerFrame,
  eventKind,
  userChannel,
  writeEnvelope,
  writeState,
  type StoredEventsEnvelope,
} from '@chat-app/protocol';
import type { Fanout } from '@chat-app/fanout';
import { TIMED_OUT, withTimeout } from '@chat-app/timing';
import type { StorableEvent } from './project-event';
import type { EventRow } from './projections/projection';
import type { StoreOutcome } from './store-events';

/** Announcing waits no longer than this: a fan-out that hangs must not hold up the log. */
const TIMEOUT_MS = 1_000;

/** An event and where it was stored. */
export interface Stored extends StorableEvent {
  outcome: StoreOutcome;
}

/**
 * Says on each channel which events were stored and where they stand in whose inbox: one notice per channel and batch. Then
 * what the messages are that they changed.
 * Never rejects: a lost notice costs latency only, inboxes are complete without it. Resolves to the number of notices that
 * failed.
 */
export async function announceStored(fanout: Fanout, stored: readonly Stored[]): Promise<number> {
  const notices = [...collectNotices(stored)].map(([channel, notice]) => ({ channel, text: writeEnvelope(notice) }));
  return publishAll(fanout, [...notices, ...describeChanges(stored)]);
}

/** What became of the messages that were changed, for everyone in the conversation: in the order of versions. */
function describeChanges(stored: readonly Stored[]): { channel: string; text: string }[] {
  const changes = stored.flatMap(({ row, outcome: { changed } }) => (changed === undefined ? [] : [{ changed, row }]));
  changes.sort((one, other) => one.changed.version - other.changed.version);
  return changes.flatMap(({ changed, row: { conversationId: conversation_id, actorId: actor_id, recipientId } }) => {
    const text = writeState(changed, { actor_id });
    const users = recipientId === undefined ? [] : [...new Set([actor_id, recipientId])];
    const channels = recipientId === undefined ? [conversationChannel(conversation_id)] : users.map(userChannel);
    return channels.map((channel) => ({ channel, text }));
  });
}

/**
 * Publishes live copies of events that a call of the API made and stored, then says where they stand; a pod that receives
 * both in time sends the copy and need not read. As announceStored in everything else.
 */
export async function announceEvents(fanout: Fanout, stored: readonly Stored[]): Promise<number> {
  const copies = stored.flatMap(({ kind, value, row, outcome }) => {
    const known = eventKind(kind);
    const { eventId: event_id, conversationId: conversation_id, actorId: actor_id } = row;
    const envelope = { kind: 'event' as const, event_kind: kind, event_id, conversation_id, actor_id };
    const text = writeEnvelope({ ...envelope, accepted_at_ms: Date.now() }, encodeServerFrame(known.toFrame(value)));
    return channelsOf(row, outcome).map((channel) => ({ channel, text }));
  });
  return (await publishAll(fanout, copies)) + (await announceStored(fanout, stored));
}

/** Publishes notices, waiting no longer than a moment for any. Never rejects; resolves to the number of those that failed. */
export async function publishAll(fanout: Fanout, texts: readonly { channel: string; text: string }[]): Promise<number> {
  if (texts.length === 0) return 0;
  const sent = texts.map(({ channel, text }) =>
    fanout.publish(channel, text).then(
      () => true,
      () => false,
    ),
  );
  const results = await withTimeout(TIMEOUT_MS, Promise.all(sent));
  return results === TIMED_OUT ? texts.length : results.filter((done) => !done).length;
}

/** Where an event is published: for the users of a direct conversation and a single user on their own channels, for groups on theirs. */
function channelsOf({ conversationId, recipientId, userId }: EventRow, outcome: StoreOutcome): string[] {
  return recipientId === undefined && userId === undefined
    ? [conversationChannel(conversationId)]
    : outcome.user_ids.map(userChannel);
}

/** Notices by channel. Rows of a notice keep the order of the batch. */
export function collectNotices(stored: readonly Stored[]): ReadonlyMap<string, StoredEventsEnvelope> {
  const notices = new Map<string, StoredEventsEnvelope>();
  for (const { row, outcome } of stored) {
    if (outcome.user_ids.length === 0) continue;
    const { eventId, conversationId, recipientId, userId } = row;
    if (recipientId === undefined && userId === undefined) {
      addRow(notices, conversationChannel(conversationId), eventId, outcome.user_ids, outcome.seqs);
      continue;
    }
    outcome.user_ids.forEach((user, index) => {
      addRow(notices, userChannel(user), eventId, [user], [outcome.seqs[index] ?? 0]);
    });
  }
  return notices;
}

function addRow(
  notices: Map<string, StoredEventsEnvelope>,
  channel: string,
  eventId: string,
  userIds: readonly string[],
  seqs: readonly number[],
): void {
  let notice = notices.get(channel);
  if (notice === undefined) notices.set(channel, (notice = { kind: 'stored', event_ids: [], positions: {} }));
  const row = notice.event_ids.push(eventId) - 1;
  userIds.forEach((userId, index) => {
    const column = (notice.positions[userId] ??= []);
    // A member who joined during the batch has no entry for its earlier events: 0.
    while (column.length < row) column.push(0);
    column.push(seqs[index] ?? 0);
  });
  for (const column of Object.values(notice.positions)) if (column.length === row) column.push(0);
}
