import type { ConversationList } from './conversation-list';
import type { ReadMarkers } from './mark-read';
import type { Names } from './names';
import type { ReceiptReader } from './receipt-reader';
import type { Timelines } from './timelines';
import type { UnreadCounts } from './unread-counts';

export interface ActiveConversationParts {
  readonly list: ConversationList;
  readonly timelines: Timelines;
  readonly counts: UnreadCounts;
  readonly names: Names;
  readonly markers: ReadMarkers;
  readonly receipts: ReceiptReader;
  /** The list has changed. */
  readonly onChanged: () => void;
}

/** The conversation that the user looks at: what it shows is loaded, and read. */
export class ActiveConversation {
  private current: string | undefined;

  constructor(private readonly parts: ActiveConversationParts) {}

  /** Undefined while the user looks elsewhere. */
  get id(): string | undefined {
    return this.current;
  }

  /** The user looks at this one, or elsewhere. */
  look(conversationId: string | undefined): void {
    const { timelines, receipts } = this.parts;
    this.current = conversationId;
    timelines.watch(conversationId);
    if (conversationId === undefined) return;
    void timelines
      .of(conversationId)
      .loadNewest()
      .then(() => this.shown(conversationId));
    this.markUnread();
    void receipts.read(conversationId);
  }

  /** What is shown of it may be older than it is: the user looks as if for the first time. */
  lookAgain(): void {
    if (this.current !== undefined) this.look(this.current);
  }

  /** More of a conversation is shown: who wrote it is to be named, and what is unread is read. */
  shown(conversationId: string): void {
    const { timelines, names } = this.parts;
    names.wantSenders(timelines.of(conversationId).view.get());
    this.markUnread();
  }

  /** What is unread in it is read, once it is shown. */
  markUnread(): void {
    if (this.current === undefined || !this.parts.timelines.of(this.current).isCurrent) return;
    if (this.parts.counts.of(this.current).unread > 0) this.mark();
  }

  /** All of it is read. */
  mark(): void {
    if (this.current === undefined) return;
    const { list, timelines, counts, markers, onChanged } = this.parts;
    const { newestOfOthers, liveOfOthers } = timelines.of(this.current);
    if (newestOfOthers === undefined || list.get(this.current) === undefined) return;
    const live = liveOfOthers.map((one) => one.message_id);
    counts.read(this.current, newestOfOthers.message_id, live);
    markers.mark(this.current, newestOfOthers.message_id, live);
    onChanged();
  }
}
