import type { ConversationResponse } from '@chat-app/protocol';
import { isFinal } from '../errors';
import { Timers } from '../state/timers';
import type { ActiveConversation } from './active-conversation';
import type { ConversationList } from './conversation-list';
import type { ReadMarkers } from './mark-read';
import type { Names } from './names';
import type { StoreClient } from './store-client';
import type { UnreadCounts } from './unread-counts';

/** Counts of entries are read from the server this long after the last of them. */
const SETTLE_MS = 300;
/** And again after that time where it did not answer. */
const AGAIN_MS = 2_000;

export interface RefresherParts {
  readonly client: StoreClient;
  readonly list: ConversationList;
  readonly names: Names;
  readonly counts: UnreadCounts;
  readonly markers: ReadMarkers;
  readonly active: ActiveConversation;
  /** The list has changed. */
  readonly onChanged: () => void;
}

/** Asks the server what single conversations of the list are now. */
export class ConversationRefresher {
  private readonly timers = new Timers();
  /** Of these an answer was not taken in, since a marker was on its way. */
  private readonly untaken = new Set<string>();

  constructor(private readonly parts: RefresherParts) {}

  /** Asks now. Never rejects. */
  async refresh(conversationId: string): Promise<void> {
    const { client, list, counts, onChanged } = this.parts;
    const askedAt = counts.ask();
    try {
      this.describe(await client.conversations.get(conversationId), askedAt);
    } catch (thrown) {
      const record = list.get(conversationId);
      // A newer token may be on its way.
      const isOver = isFinal(thrown) && thrown.status !== 401;
      // Nothing else would tell what it is now: the connection may stand all the while.
      if (!isOver) this.timers.set(conversationId, AGAIN_MS, () => void this.refresh(conversationId));
      // A direct conversation without messages is not there for the server.
      else if (record?.kind === 'group') record.member = false;
    }
    onChanged();
  }

  /** Asks once what happens has settled. */
  refreshSoon(conversationId: string): void {
    this.timers.set(conversationId, SETTLE_MS, () => void this.refresh(conversationId));
  }

  /** No marker of a conversation is on its way any more: what came after it, or after the user left, counts, and no answer told yet. */
  marked(conversationId: string): void {
    const isLookedAt = conversationId === this.parts.active.id;
    if (this.untaken.delete(conversationId) || !isLookedAt) this.refreshSoon(conversationId);
  }

  release(): void {
    this.timers.releaseAll();
  }

  /** Takes in how much the server counted as unread when it was asked, and asks again where that may be less than what is known. */
  takeUnread(
    { conversation_id, unread_count, unread_mention_count, last_message }: ConversationResponse,
    askedAt: number,
  ): void {
    const { counts, markers } = this.parts;
    // What the server counts may be read already: a marker is on its way.
    if (markers.isPending(conversation_id)) {
      this.untaken.add(conversation_id);
      return;
    }
    const counted = { unread: unread_count, mentions: unread_mention_count ?? 0 };
    if (counts.answered(conversation_id, askedAt, counted, last_message?.message_id)) this.refreshSoon(conversation_id);
  }

  private describe(answer: ConversationResponse, askedAt: number): void {
    const { list, names, active } = this.parts;
    list.describe(answer);
    this.takeUnread(answer, askedAt);
    if (answer.conversation_id === active.id) active.markUnread();
    if (answer.recipient_id !== undefined) names.want(answer.recipient_id);
  }
}
