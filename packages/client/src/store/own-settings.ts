import type { ConversationSettings } from '@chat-app/protocol';
import type { ConversationSettingsChange } from '../events';
import type { SettingsChange } from '../http/conversations';
import type { ConversationList } from './conversation-list';
import { mergeSettings } from './merge-settings';
import type { ReceiptReader } from './receipt-reader';
import type { StoreClient } from './store-client';

/** How conversations are to this user: kept in the list of them, whichever device changed it. */
export class OwnSettings {
  constructor(
    private readonly client: StoreClient,
    private readonly list: ConversationList,
    private readonly receipts: ReceiptReader,
    private readonly onChanged: () => void,
  ) {}

  /** Changes what is named. @throws ChatError */
  async change(conversationId: string, change: SettingsChange): Promise<void> {
    const settings = await this.client.conversations.changeSettings(conversationId, change);
    this.set(conversationId, settings);
  }

  /** This device or another of the user changed some. */
  changed(change: ConversationSettingsChange): void {
    this.set(change.conversation_id, mergeSettings(this.list.get(change.conversation_id)?.settings, change));
  }

  private set(conversationId: string, settings: ConversationSettings): void {
    const record = this.list.get(conversationId);
    if (record !== undefined) record.settings = settings;
    this.receipts.set(conversationId, settings.receipts);
    this.onChanged();
  }
}
