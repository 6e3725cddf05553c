import type { ChatEvents } from '../events';
import type { ActiveConversation } from './active-conversation';
import { amendmentOf, contentOf, deletionOf } from './amend-messages';
import type { Blocks } from './blocks';
import type { ConversationList } from './conversation-list';
import type { Invitations } from './invitations';
import type { ListKeeper } from './keep-list';
import type { ReadMarkers } from './mark-read';
import type { Names } from './names';
import type { OwnSettings } from './own-settings';
import type { OwnWriting } from './own-writing';
import type { ListReader } from './read-list';
import type { ReceiptReader } from './receipt-reader';
import type { ConversationRefresher } from './refresh-conversations';
import type { StoreClient } from './store-client';
import type { Timelines } from './timelines';
import type { UnreadCounts } from './unread-counts';

export interface EventFollowerParts {
  readonly client: StoreClient;
  readonly list: ConversationList;
  readonly timelines: Timelines;
  readonly names: Names;
  readonly counts: UnreadCounts;
  readonly markers: ReadMarkers;
  readonly active: ActiveConversation;
  readonly refresher: ConversationRefresher;
  readonly keeper: ListKeeper;
  readonly reader: ListReader;
  readonly writing: OwnWriting;
  readonly receipts: ReceiptReader;
  readonly settings: OwnSettings;
  readonly invitations: Invitations;
  readonly blocks: Blocks;
  /** The list has changed. */
  readonly onChanged: () => void;
}

/** Takes in what the events of the client tell, from when it is made until it is released. */
export class EventFollower {
  private readonly subscriptions: (() => void)[];

  constructor(private readonly parts: EventFollowerParts) {
    const { client, writing, keeper, receipts, settings, invitations, blocks, refresher } = parts;
    this.subscriptions = [
      client.on('message', (message) => this.received(message)),
      client.on('message_state', (change) => writing.stateChanged(change)),
      client.on('change_state', (change) => writing.changeStateChanged(change)),
      client.on('adopted', (entries) => writing.show(entries)),
      client.on('edited', (event) => keeper.amended(event.conversation_id, amendmentOf(event))),
      client.on('deleted', (event) => this.deleted(event)),
      client.on('changed', (event) => this.changed(event)),
      client.on('read', (event) => this.readElsewhere(event)),
      client.on('receipts', (change) => receipts.told(change)),
      client.on('settings', (event) => settings.changed(event)),
      client.on('stored', ({ message_ids }) => this.stored(message_ids)),
      client.on('conversation', ({ conversation_id, change, at }) => {
        if (change === 'joined') invitations.over(conversation_id, at);
        void refresher.refresh(conversation_id);
      }),
      client.on('invitation', (event) => invitations.changed(event)),
      client.on('blocked', (event) => blocks.changed(event)),
      client.on('missed', (missed) => this.missed(missed)),
      client.on('connection', ({ state }) => state === 'online' && this.online()),
    ];
  }

  release(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }

  private received(message: ChatEvents['message']): void {
    const { client, list, timelines, names, counts, active, keeper, refresher } = this.parts;
    const { conversation_id, sender_id, recipient_id, seq } = message;
    const own = sender_id === client.userId;
    const record = list.ensure(conversation_id, own || recipient_id === undefined ? recipient_id : sender_id);
    const isNew = timelines.of(conversation_id).received(message);
    names.want(sender_id);
    if (record.recipient_id !== undefined) names.want(record.recipient_id);
    // A marker that is on its way is about what came before.
    if (isNew && !own && conversation_id !== active.id) {
      const isMention = message.mentions?.includes(client.userId) === true;
      counts.arrived(conversation_id, message.message_id, { isMention, isStored: seq !== undefined });
    }
    keeper.activity(conversation_id);
    if (!own && conversation_id === active.id) active.mark();
    // What comes from the inbox may be in the server's count already, and what was read in a page is not in the one here.
    if (seq !== undefined || !isNew || !record.described) refresher.refreshSoon(conversation_id);
  }

  private deleted(event: ChatEvents['deleted']): void {
    const { conversation_id, event_id, seq } = event;
    this.parts.keeper.amended(conversation_id, deletionOf(event), seq === undefined ? event_id : undefined);
  }

  /** A message was edited, deleted or reacted to: its content is told as an event too, but may be missed. */
  private changed(event: ChatEvents['changed']): void {
    const { timelines, keeper } = this.parts;
    timelines.of(event.conversation_id).messageChanged(event);
    const amendment = contentOf(event.message);
    if (amendment !== undefined) keeper.lastAmended(event.conversation_id, amendment);
  }

  /** Another device of the user has read a conversation, or this one has. */
  private readElsewhere({ conversation_id, message_id, user_id }: ChatEvents['read']): void {
    const { client, list, timelines, counts, refresher, onChanged } = this.parts;
    const record = list.get(conversation_id);
    if (user_id !== client.userId || record === undefined) return;
    const timeline = timelines.of(conversation_id);
    // What is not known here may not be stored yet either.
    const coming = timeline.has(message_id) ? [] : [message_id];
    const live = [...timeline.liveOfOthers.map((one) => one.message_id), ...coming];
    const wasRead = counts.of(conversation_id).unread === 0;
    const newest = timeline.newestOfOthers ?? record.last;
    if (newest?.message_id === message_id) counts.read(conversation_id, message_id, live);
    else counts.readUpTo(conversation_id, message_id, live);
    if (wasRead) return;
    // How many came after it the server knows, and whether there are any that are not known here.
    if (newest?.message_id !== message_id || !timeline.isCurrent) {
      refresher.refreshSoon(conversation_id);
    }
    onChanged();
  }

  private stored(messageIds: readonly string[]): void {
    const { timelines, markers, counts, refresher } = this.parts;
    timelines.stored(messageIds);
    markers.stored(messageIds);
    for (const conversationId of counts.stored(messageIds)) refresher.refreshSoon(conversationId);
  }

  private missed({ reason }: ChatEvents['missed']): void {
    const { timelines, counts, reader, active } = this.parts;
    counts.missed();
    timelines.missed((reason as string) === 'restored');
    void reader.load();
    active.lookAgain();
  }

  private online(): void {
    const { timelines, reader, invitations, blocks, names, markers, active } = this.parts;
    timelines.reconnected();
    if (!reader.isGood) void reader.load();
    // What happened while this device was away may have been left out.
    void invitations.load();
    void blocks.load();
    names.retry();
    markers.retry();
    active.lookAgain();
  }
}
