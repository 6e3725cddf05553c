import type { ReceiptsChange } from '../events';
import type { StoreClient } from './store-client';
import type { Timelines } from './timelines';

/**
 * Keeps how far the others came: as they tell live, and as the server says when a conversation is opened or the connection
 * is back, for what was lost meanwhile.
 */
export class ReceiptReader {
  constructor(
    private readonly client: StoreClient,
    private readonly timelines: Timelines,
    private readonly isGroup: (conversationId: string) => boolean,
  ) {}

  /** Members came further. A conversation that was not looked at is asked about when it is. */
  told({ conversation_id, users }: ReceiptsChange): void {
    this.timelines.find(conversation_id)?.changeReceipts((receipts) => receipts.told(users));
  }

  /** Asks the server. Never rejects: the next opening asks again. */
  async read(conversationId: string): Promise<void> {
    const timeline = this.timelines.of(conversationId);
    const question = timeline.askReceipts();
    const members = await this.client.conversations.members(conversationId).catch(() => undefined);
    if (members === undefined) return;
    timeline.changeReceipts((receipts) => receipts.answered(members, question, this.isGroup(conversationId)));
  }

  /** The user keeps their own receipts from now on, or does so no more. */
  set(conversationId: string, setting: 'on' | 'off'): void {
    if (setting === 'on') void this.read(conversationId);
    else this.timelines.find(conversationId)?.changeReceipts((receipts) => receipts.forget());
  }
}
