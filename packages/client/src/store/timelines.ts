import { isFinal } from '../errors';
import type { History } from '../http/answers';
import type { HistoryPage } from '../http/conversations';
import type { StoreClient } from './store-client';
import { Timeline } from './timeline';
import { ChangesWatch } from './watch-changes';

const PAGE_SIZE = 50;
const CHANGES_EVERY_MS = 60_000;

/** The messages of each conversation that was looked at or wrote to since the start, and where they are read from. */
export class Timelines {
  private readonly known = new Map<string, Timeline>();
  private readonly watched: ChangesWatch;

  constructor(
    private readonly client: StoreClient,
    private readonly options: { pageSize?: number; changesEveryMs?: number },
    private readonly isDirect: (conversationId: string) => boolean,
  ) {
    const { changesEveryMs = CHANGES_EVERY_MS } = options;
    this.watched = new ChangesWatch(changesEveryMs, (id) => void this.of(id).readChanges());
  }

  /** The conversation that is looked at; undefined: none. */
  watch(conversationId: string | undefined): void {
    this.watched.watch(conversationId);
  }

  /** That of a conversation; an empty one where there was none. */
  of(conversationId: string): Timeline {
    const known = this.known.get(conversationId);
    if (known !== undefined) return known;
    const timeline = new Timeline({
      userId: this.client.userId,
      pageSize: this.options.pageSize ?? PAGE_SIZE,
      history: (page) => this.history(conversationId, page),
    });
    this.known.set(conversationId, timeline);
    return timeline;
  }

  find(conversationId: string): Timeline | undefined {
    return this.known.get(conversationId);
  }

  stored(messageIds: readonly string[]): void {
    for (const timeline of this.known.values()) {
      const here = messageIds.filter((id) => timeline.has(id));
      if (here.length > 0) timeline.stored(here);
    }
  }

  /** Entries were missed: what follows is not known to touch what is here. After a restore nothing that is here counts. */
  missed(restored: boolean): void {
    for (const timeline of this.known.values()) {
      if (restored) timeline.reset();
      else timeline.missed();
    }
  }

  /** A connection begins: what changed while there was none is read where somebody looks again. */
  reconnected(): void {
    for (const timeline of this.known.values()) timeline.reconnected();
  }

  release(): void {
    this.watched.release();
    for (const { view } of this.known.values()) view.release();
  }

  /** A direct conversation is there for the server once a message was sent: before that it is empty. */
  private async history(conversationId: string, page: HistoryPage): Promise<History> {
    try {
      return await this.client.conversations.history(conversationId, page);
    } catch (thrown) {
      const isNew = isFinal(thrown) && thrown.code === 'unknown_conversation';
      if (isNew && this.isDirect(conversationId)) return { messages: [], more: false, version: 0 };
      throw thrown;
    }
  }
}
