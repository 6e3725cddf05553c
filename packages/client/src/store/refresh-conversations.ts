import type { ConversationResponse } from '@chat-app/protocol';
import { isFinal } from '../errors';
import { Timers } from '../state/timers';
import type { ActiveConversation } from './active-conversation';
import type { ConversationList } from './conversation-list';
import type { ReadMarkers } from './mark-read';
import type { Names } from './names';
import type { StoreClient } from './store-client';

/** Counts of entries are read from the server this long after the last of them. */
const SETTLE_MS = 300;
/** And again after that time where it did not answer. */
const AGAIN_MS = 2_000;

export interface RefresherParts {
  readonly client: StoreClient;
  readonly list: ConversationList;
  readonly names: Names;
  readonly markers: ReadMarkers;
  readonly active: ActiveConversation;
  /** The list has changed. */
  readonly onChanged: () => void;
}

/** Asks the server what single conversations of the list are now. */
export class ConversationRefresher {
  private readonly timers = new Timers();

  constructor(private readonly parts: RefresherParts) {}

  /** Asks now. Never rejects. */
  async refresh(conversationId: string): Promise<void> {
    const { client, list, onChanged } = this.parts;
    try {
      this.describe(await client.conversations.get(conversationId));
    } catch (thrown) {
      const record = list.get(conversationId);
      // Nothing else would tell what it is now: the connection may stand all the while.
      if (!isFinal(thrown)) this.timers.set(conversationId, AGAIN_MS, () => void this.refresh(conversationId));
      // A direct conversation without messages is not there for the server.
      else if (record?.kind === 'group') record.member = false;
    }
    onChanged();
  }

  /** Asks once what happens has settled. */
  refreshSoon(conversationId: string): void {
    this.timers.set(conversationId, SETTLE_MS, () => void this.refresh(conversationId));
  }

  release(): void {
    this.timers.releaseAll();
  }

  private describe(answer: ConversationResponse): void {
    const { list, names, markers, active } = this.parts;
    // What the server counts may be read already: a marker is on its way.
    list.describe(answer, markers.isPending(answer.conversation_id));
    if (answer.conversation_id === active.id) active.markUnread();
    if (answer.recipient_id !== undefined) names.want(answer.recipient_id);
  }
}
