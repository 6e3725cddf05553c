/**
 * What this user writes: messages, edits and deletions on their way, and what was refused of them. Shown at once, and
 * again after a restart.
 */
import type { ChangeStateChange, MessageStateChange } from '../events';
import type { OutboxEntry } from '../state/outbox';
import type { Amendment } from './amend-messages';
import type { ConversationList } from './conversation-list';
import type { SavedTexts } from './saved-texts';
import type { StoreClient } from './store-client';
import type { Timeline } from './timeline';
import type { MessageView } from './views';

/** What a message answers, and whom it mentions. */
export interface References {
  readonly reply_to?: string | undefined;
  readonly mentions?: readonly string[] | undefined;
}

export interface OwnWritingParts {
  readonly client: StoreClient;
  readonly list: ConversationList;
  readonly texts: SavedTexts;
  timelineOf(conversationId: string): Timeline;
  /** Something was written: its conversation comes first. */
  onActivity(conversationId: string): void;
  /** What is shown of a conversation changed. */
  onTouch(conversationId: string): void;
  /** A user's name is to be shown. */
  wantName(userId: string): void;
  /** An own edit or deletion was accepted. */
  onAmended(conversationId: string, amendment: Amendment, event: string): void;
}

export class OwnWriting {
  constructor(private readonly parts: OwnWritingParts) {}

  /** What an earlier run of this device left: drafts, what waits, and what was refused. */
  restore(): void {
    // The server lists no direct conversation without messages: what was written there would be out of reach.
    for (const [conversationId, userId] of Object.entries(this.parts.texts.recipients)) {
      this.parts.list.ensure(conversationId, userId);
      this.parts.wantName(userId);
    }
    this.show(this.parts.client.pending);
    for (const message of this.parts.texts.failed) {
      this.parts.timelineOf(message.conversation_id).restoreFailed(message);
    }
  }

  /** Shows what waits in the outbox and was not written here: in an earlier run, or in a tab that is gone. */
  show(entries: readonly OutboxEntry[]): void {
    for (const { id, message_id, conversation_id, recipient_id, content, change, ...entry } of entries) {
      this.parts.list.ensure(conversation_id, recipient_id);
      if (recipient_id !== undefined) this.parts.wantName(recipient_id);
      const timeline = this.parts.timelineOf(conversation_id);
      if (change?.type === 'react') timeline.reacting(change.message_id, { id, emoji: change.emoji, on: change.on });
      else if (change !== undefined) timeline.changing(change.message_id, id, change.type, content);
      else {
        const { reply_to, mentions } = entry;
        const refers = { ...(reply_to !== undefined && { reply_to }), ...(mentions !== undefined && { mentions }) };
        timeline.sending({ message_id, conversation_id, content, ...refers });
        this.parts.onActivity(conversation_id);
      }
    }
  }

  /** @throws ChatError content_…, outbox_full, closed: nothing was taken */
  send(conversationId: string, content: string, { reply_to, mentions }: References = {}): void {
    const refers = { ...(reply_to !== undefined && { reply_to }), ...(mentions !== undefined && { mentions }) };
    const message = { ...this.targetOf(conversationId), content, ...refers };
    const { message_id, conversation_id } = this.parts.client.send(message);
    this.parts.timelineOf(conversationId).sending({ message_id, conversation_id, content, ...refers });
    this.parts.onActivity(conversationId);
  }

  /** @throws as send */
  edit({ conversation_id, message_id }: MessageView, content: string): void {
    const { id } = this.parts.client.edit({ ...this.targetOf(conversation_id), message_id, content });
    this.parts.timelineOf(conversation_id).changing(message_id, id, 'edit', content);
  }

  /** @throws ChatError outbox_full, closed: nothing was taken */
  delete({ conversation_id, message_id }: MessageView): void {
    const { id } = this.parts.client.delete({ ...this.targetOf(conversation_id), message_id });
    this.parts.timelineOf(conversation_id).changing(message_id, id, 'delete', '');
  }

  /** @throws ChatError invalid_request, outbox_full, closed: nothing was taken */
  react({ conversation_id, message_id, version }: MessageView, emoji: string, on: boolean): void {
    const { id } = this.parts.client.react({ ...this.targetOf(conversation_id), message_id, emoji, on });
    this.parts.timelineOf(conversation_id).reacting(message_id, { id, emoji, on, version });
  }

  /** Forgets a refused message. */
  discard(conversationId: string, messageId: string): void {
    const timeline = this.parts.timelineOf(conversationId);
    timeline.discard(messageId);
    this.parts.texts.setFailed(conversationId, timeline.failed);
    this.parts.onActivity(conversationId);
  }

  /** The state of an own message changed. */
  stateChanged(change: MessageStateChange): void {
    const { conversation_id, state } = change;
    const timeline = this.parts.timelineOf(conversation_id);
    timeline.stateChanged(change);
    if (state === 'failed') this.parts.texts.setFailed(conversation_id, timeline.failed);
    if (state !== 'sending') this.parts.onTouch(conversation_id);
  }

  /** The state of an own edit, deletion or reaction changed. */
  changeStateChanged(change: ChangeStateChange): void {
    const { conversation_id, message_id, state, content = '', at } = change;
    if (state === 'accepted' && change.change !== 'react') {
      const deletion = { deleted_at: at ?? '', deleted_by: this.parts.client.userId };
      const amendment = change.change === 'edit' ? { content, edited_at: at } : { content: '', ...deletion };
      this.parts.onAmended(conversation_id, { message_id, ...amendment }, change.event_id);
    }
    this.parts.timelineOf(conversation_id).changeStateChanged(change);
  }

  private targetOf(conversationId: string): { conversation_id: string } | { recipient_id: string } {
    const { recipient_id } = this.parts.list.ensure(conversationId);
    return recipient_id === undefined ? { conversation_id: conversationId } : { recipient_id };
  }
}
