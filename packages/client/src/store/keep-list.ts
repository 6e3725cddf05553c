import { amend, type Amendment } from './amend-messages';
import type { ConversationList } from './conversation-list';
import type { ConversationRefresher } from './refresh-conversations';
import type { Timelines } from './timelines';
import type { UnreadCounts } from './unread-counts';

/** Keeps the list of conversations in line with what happens in their timelines. */
export class ListKeeper {
  constructor(
    private readonly list: ConversationList,
    private readonly timelines: Timelines,
    private readonly counts: UnreadCounts,
    private readonly refresher: ConversationRefresher,
    private readonly onChanged: () => void,
  ) {}

  /** Something happened in a conversation: it comes first. */
  activity(conversationId: string): void {
    this.list.bump(conversationId);
    this.touch(conversationId);
  }

  /** What is shown of a conversation changed. */
  touch(conversationId: string): void {
    const record = this.list.get(conversationId);
    const newest = this.timelines.find(conversationId)?.newest;
    if (record !== undefined && newest !== undefined) record.last = newest;
    this.onChanged();
  }

  /** A message was edited or deleted. @param event what told so, where it may not be stored yet */
  amended(conversationId: string, amendment: Amendment, event?: string): void {
    this.timelines.of(conversationId).amended(amendment);
    this.lastAmended(conversationId, amendment, event);
  }

  /** The same where the timeline knows of it. */
  lastAmended(conversationId: string, amendment: Amendment, event?: string): void {
    const { message_id, deleted_at } = amendment;
    const record = this.list.get(conversationId);
    if (record?.last?.message_id === message_id) record.last = amend(record.last, amendment);
    if (deleted_at !== undefined) {
      // One that was not read counts no more.
      const mayCount = this.counts.of(conversationId).unread > 0;
      this.counts.deleted(conversationId, message_id, event);
      if (mayCount) this.refresher.refreshSoon(conversationId);
    }
    this.onChanged();
  }
}
