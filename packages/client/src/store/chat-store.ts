/**
 * Conversations and messages that a UI can bind to: everything it shows is an Observable, everything it does is a method.
 *
 * Fed by the events of one ChatClient. One thread; what an await brings back is joined by ids. release() ends it; the
 * client is closed by whoever made it.
 */
import type { ConversationResponse } from '@chat-app/protocol';
import { isFinal } from '../errors';
import type { ChatEvents, ConnectionStatus, PresenceState } from '../events';
import type { SettingsChange } from '../http/conversations';
import { Timers } from '../state/timers';
import type { ChatStorage } from '../storage';
import { amend, amendmentOf, contentOf, deletionOf, type Amendment } from './amend-messages';
import { createGroup, openDirect, openDirectWith, type BeginningParts } from './begin-conversations';
import { Blocks } from './blocks';
import { ConversationList } from './conversation-list';
import { Invitations } from './invitations';
import { ReadMarkers } from './mark-read';
import { Names } from './names';
import { Derived, type Observable } from './observable';
import { OwnSettings } from './own-settings';
import { OwnWriting, type References } from './own-writing';
import { ListReader } from './read-list';
import { readPage } from './read-page';
import { ReceiptReader } from './receipt-reader';
import { SavedTexts } from './saved-texts';
import { Signals } from './signals';
import type { StoreClient } from './store-client';
import type { Timeline } from './timeline';
import { Timelines } from './timelines';
import type { ConversationView, InvitationView, ListStatus, MessageView, TimelineView } from './views';

export interface ChatStoreOptions {
  /** Keeps drafts and refused messages over restarts: a synchronous one, as `localStorage` is. By default nothing. */
  storage?: ChatStorage;
  /** Messages that one read of the history asks for. Default 50. */
  pageSize?: number;
  /**
   * So often it is asked what changed in the conversation that the user looks at, milliseconds: a state that was lost on its way
   * is missed by nobody else. Default 60,000.
   */
  changesEveryMs?: number;
}

/** Counts of entries are read from the server this long after the last of them. */
const SETTLE_MS = 300;
/** And again after that time where it did not answer. */
const AGAIN_MS = 2_000;

export class ChatStore {
  private readonly list: ConversationList;
  private readonly timelines: Timelines;
  private readonly texts: SavedTexts;
  private readonly names: Names;
  private readonly markers: ReadMarkers;
  private readonly writing: OwnWriting;
  private readonly settings: OwnSettings;
  private readonly asked: Invitations;
  private readonly blocks: Blocks;
  private readonly receipts: ReceiptReader;
  private readonly signals: Signals;
  private readonly timers = new Timers();
  private readonly subscriptions: (() => void)[];
  private readonly reader: ListReader;
  private activeId: string | undefined;
  private connectionStatus: ConnectionStatus;
  private readonly listView: Derived<readonly ConversationView[]>;
  private readonly connectionView = new Derived(() => this.connectionStatus);

  constructor(
    private readonly client: StoreClient,
    options: ChatStoreOptions = {},
  ) {
    this.list = new ConversationList(client.userId);
    this.timelines = new Timelines(client, options, (id) => this.list.get(id)?.kind === 'direct');
    this.texts = new SavedTexts(options.storage, client.userId, (id) => this.list.get(id)?.recipient_id);
    this.names = new Names(async (userId) => (await client.getUser(userId)).username);
    this.markers = new ReadMarkers((id, message) =>
      // What came after the user left counts, and no answer that came before this one could tell.
      client.conversations.markRead(id, message).then(() => id !== this.activeId && this.refreshSoon(id)),
    );
    this.asked = new Invitations(client.invitations, (userId) => this.names.want(userId));
    this.blocks = new Blocks(client.blocks);
    this.writing = new OwnWriting({
      ...{ client, list: this.list, texts: this.texts, wantName: (id: string) => this.names.want(id) },
      timelineOf: (id) => this.timelineOf(id),
      onActivity: (id) => this.activity(id),
      onTouch: (id) => this.touch(id),
      onAmended: (id, amendment) => this.amended(id, amendment),
    });
    this.receipts = new ReceiptReader(client, this.timelines, (id) => this.list.get(id)?.kind === 'group');
    this.settings = new OwnSettings(client, this.list, this.receipts, () => this.listView.changed());
    const page = {
      ...this.parts,
      isRead: (id: string) => this.markers.isPending(id),
      // What is in view was not marked before somebody knew that it is unread.
      onTaken: () => this.markActive(),
      onUncertain: (id: string) => this.refreshSoon(id),
    };
    this.reader = new ListReader((after) => readPage(page, after));
    this.connectionStatus = { state: client.state };
    this.listView = new Derived(() => this.list.views((id) => this.texts.draft(id)));
    this.signals = new Signals(client, this.listView, (userId) => this.names.want(userId));
    this.subscriptions = [
      client.on('message', (message) => this.received(message)),
      client.on('message_state', (change) => this.writing.stateChanged(change)),
      client.on('change_state', (change) => this.writing.changeStateChanged(change)),
      client.on('adopted', (entries) => this.writing.show(entries)),
      client.on('edited', (event) => this.amended(event.conversation_id, amendmentOf(event))),
      client.on('deleted', (event) => this.amended(event.conversation_id, deletionOf(event))),
      client.on('changed', (event) => this.changed(event)),
      client.on('read', (event) => this.readElsewhere(event)),
      client.on('receipts', (change) => this.receipts.told(change)),
      client.on('settings', (event) => this.settings.changed(event)),
      client.on('stored', ({ message_ids }) => this.stored(message_ids)),
      client.on('conversation', ({ conversation_id, change }) => {
        if (change === 'joined') this.asked.over(conversation_id);
        void this.refresh(conversation_id);
      }),
      client.on('invitation', (event) => this.asked.changed(event)),
      client.on('blocked', (event) => this.blocks.changed(event)),
      client.on('missed', (missed) => this.missed(missed)),
      client.on('connection', (status) => this.connected(status)),
    ];
    this.writing.restore();
    this.names.want(client.userId);
    void this.load();
  }

  /** The user's conversations, newest activity first. */
  get conversations(): Observable<readonly ConversationView[]> {
    return this.listView;
  }

  /** Groups to which the user is invited, the newest first. */
  get invitations(): Observable<readonly InvitationView[]> {
    return this.asked.view;
  }

  /** Whom the user blocks. Who blocks the user nobody is told. */
  get blocked(): Observable<ReadonlySet<string>> {
    return this.blocks.view;
  }

  get listStatus(): Observable<ListStatus> {
    return this.reader.status;
  }

  get connection(): Observable<ConnectionStatus> {
    return this.connectionView;
  }

  /** Names of users by id. A name that is not there was asked for and will come, where the user exists. */
  get userNames(): Observable<ReadonlyMap<string, string>> {
    return this.names.view;
  }

  /** Who else types now, by conversation. */
  get typing(): Observable<ReadonlyMap<string, readonly string[]>> {
    return this.signals.typists.view;
  }

  /** Whether people of the direct conversations, and those of `showPresence`, are there, by id; who is not named is not known. */
  get presence(): Observable<ReadonlyMap<string, PresenceState>> {
    return this.signals.presence;
  }

  /** When people who are not there were here last, by id, as RFC 3339: of those who let others know. */
  get lastSeen(): Observable<ReadonlyMap<string, string>> {
    return this.signals.lastSeen;
  }

  /** Whether these users are there is shown, for instance the members of a group, until the returned function is called. */
  showPresence(userIds: readonly string[]): () => void {
    return this.signals.show(userIds);
  }

  /** The messages of a conversation. */
  timeline(conversationId: string): Observable<TimelineView> {
    return this.timelineOf(conversationId).view;
  }

  /** Loads the messages of a gap. Never rejects: the timeline's `fault` says what went wrong. */
  async loadGap(conversationId: string, gapId: string): Promise<void> {
    await this.timelineOf(conversationId).loadGap(gapId);
    this.names.wantSenders(this.timelineOf(conversationId).view.get());
    this.markActive();
  }

  /** Reads the server's list from its beginning. Never rejects: `listStatus` says what went wrong. */
  load(): Promise<void> {
    return this.reader.load();
  }

  /** Reads the next older conversations, where there are more. */
  loadMore(): Promise<void> {
    return this.reader.loadMore();
  }

  /** The conversation that the user looks at, so that what it shows is read; undefined while they look elsewhere. */
  setActive(conversationId: string | undefined): void {
    this.activeId = conversationId;
    this.timelines.watch(conversationId);
    if (conversationId === undefined) return;
    void this.timelineOf(conversationId)
      .loadNewest()
      .then(() => {
        this.names.wantSenders(this.timelineOf(conversationId).view.get());
        this.markActive();
      });
    this.markActive();
    void this.receipts.read(conversationId);
  }

  /** The conversation with a user of this name; it exists for others once a message is sent. @throws ChatError unknown_user */
  openDirect(username: string): Promise<string> {
    return openDirect(this.parts, username);
  }

  /** The conversation with this user, as `openDirect`. */
  openDirectWith(user: { user_id: string; username: string }): string {
    return openDirectWith(this.parts, user);
  }

  /** Creates a group of these users, by name. @returns its id @throws ChatError unknown_user, invalid_request … */
  createGroup(title: string, usernames: readonly string[]): Promise<string> {
    return createGroup(this.parts, title, usernames);
  }

  /** Changes how a conversation is to this user: what is absent stays. @throws ChatError */
  changeSettings(conversationId: string, change: SettingsChange): Promise<void> {
    return this.settings.change(conversationId, change);
  }

  /** The user is in the group from now on. @throws ChatError unknown_invitation, group_full, too_many_groups */
  async accept(conversationId: string): Promise<void> {
    await this.asked.answer(conversationId, 'accept');
    await this.refresh(conversationId);
  }

  /** Nobody may invite the user to this group again. @throws ChatError unknown_invitation */
  decline(conversationId: string): Promise<void> {
    return this.asked.answer(conversationId, 'decline');
  }

  /** Neither of the two writes to the other directly from now on. @throws ChatError unknown_user, too_many_blocks */
  block(userId: string): Promise<void> {
    return this.blocks.set(userId, true);
  }

  /** @throws ChatError */
  unblock(userId: string): Promise<void> {
    return this.blocks.set(userId, false);
  }

  /** Asks what changed in the messages of a conversation that are known here. Never rejects. */
  readChanges(conversationId: string): Promise<void> {
    return this.timelineOf(conversationId).readChanges();
  }

  /** Asks the server what a conversation is now. Never rejects. */
  async refresh(conversationId: string): Promise<void> {
    try {
      this.describe(await this.client.conversations.get(conversationId));
    } catch (thrown) {
      const record = this.list.get(conversationId);
      // Nothing else would tell what it is now: the connection may stand all the while.
      if (!isFinal(thrown)) this.timers.set(conversationId, AGAIN_MS, () => void this.refresh(conversationId));
      // A direct conversation without messages is not there for the server.
      else if (record?.kind === 'group') record.member = false;
    }
    this.listView.changed();
  }

  /**
   * Sends a text, online or not. It is shown at once.
   * @throws ChatError content_…, outbox_full, closed: nothing was taken.
   */
  send(conversationId: string, content: string, refers: References = {}): void {
    this.writing.send(conversationId, content, refers);
  }

  /** Gives an own message other content, online or not. It is shown at once. @throws as send */
  edit(message: MessageView, content: string): void {
    this.writing.edit(message, content);
  }

  /** Deletes a message for everyone: an own one, or as an owner any of the group. @throws outbox_full, closed */
  delete(message: MessageView): void {
    this.writing.delete(message);
  }

  /** Reacts to a message, or takes an own reaction back, online or not. It is shown at once. @throws invalid_request, outbox_full, closed */
  react(message: MessageView, emoji: string, on: boolean): void {
    this.writing.react(message, emoji, on);
  }

  /** Forgets an edit or deletion that was refused. */
  dismissChange({ conversation_id, message_id }: MessageView): void {
    this.timelineOf(conversation_id).dismissChange(message_id);
  }

  /** Sends a refused message once more, as a new one. @throws as send */
  sendAgain({ conversation_id, message_id, content, reply_to, mentions }: MessageView): void {
    this.writing.send(conversation_id, content, { reply_to, mentions });
    this.writing.discard(conversation_id, message_id);
  }

  /** Forgets a refused message. */
  discard(conversationId: string, messageId: string): void {
    this.writing.discard(conversationId, messageId);
  }

  draft(conversationId: string): string {
    return this.texts.draft(conversationId);
  }

  /** Keeps a text that is being written, and lets the others know that it is. */
  setDraft(conversationId: string, text: string): void {
    if (this.texts.draft(conversationId) === text) return;
    this.texts.setDraft(conversationId, text);
    this.client.typing(conversationId, text.trim() !== '');
    this.listView.changed();
  }

  /** Sees to it that this user's name will be known. */
  wantName(userId: string): void {
    this.names.want(userId);
  }

  release(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    this.timers.releaseAll();
    this.markers.release();
    for (const derived of [this.listView, this.reader.status, this.connectionView, this.names.view]) derived.release();
    for (const derived of [this.asked.view, this.blocks.view]) derived.release();
    this.timelines.release();
    this.signals.release();
  }

  private received(message: ChatEvents['message']): void {
    const { conversation_id, sender_id, recipient_id, seq } = message;
    const own = sender_id === this.client.userId;
    const record = this.list.ensure(conversation_id, own || recipient_id === undefined ? recipient_id : sender_id);
    const isNew = this.timelineOf(conversation_id).received(message);
    this.names.want(sender_id);
    if (record.recipient_id !== undefined) this.names.want(record.recipient_id);
    // A marker that is on its way is about what came before.
    if (isNew && !own && conversation_id !== this.activeId) {
      record.unread += 1;
      if (message.mentions?.includes(this.client.userId) === true) record.unreadMentions += 1;
    }
    this.activity(conversation_id);
    if (!own && conversation_id === this.activeId) this.mark(conversation_id);
    // What comes from the inbox may be in the server's count already.
    if (seq !== undefined || !record.described) this.refreshSoon(conversation_id);
  }

  private amended(conversationId: string, amendment: Amendment): void {
    this.timelineOf(conversationId).amended(amendment);
    this.amendedInList(conversationId, amendment);
  }

  private amendedInList(conversationId: string, amendment: Amendment): void {
    const { message_id, deleted_at } = amendment;
    const record = this.list.get(conversationId);
    if (record?.last?.message_id === message_id) record.last = amend(record.last, amendment);
    // One that was not read counts no more.
    if (deleted_at !== undefined && (record?.unread ?? 0) > 0) this.refreshSoon(conversationId);
    this.listView.changed();
  }

  /** A message was edited, deleted or reacted to: its content is told as an event too, but may be missed. */
  private changed(event: ChatEvents['changed']): void {
    this.timelineOf(event.conversation_id).messageChanged(event);
    const amendment = contentOf(event.message);
    if (amendment !== undefined) this.amendedInList(event.conversation_id, amendment);
  }

  /** Another device of the user has read a conversation, or this one has. */
  private readElsewhere({ conversation_id, message_id, user_id }: ChatEvents['read']): void {
    const record = this.list.get(conversation_id);
    if (user_id !== this.client.userId || record === undefined || record.unread === 0) return;
    const newest = this.timelineOf(conversation_id).newestOfOthers ?? record.last;
    if (newest?.message_id === message_id) record.unread = record.unreadMentions = 0;
    // How many came after it the server knows.
    else this.refreshSoon(conversation_id);
    this.listView.changed();
  }

  private stored(messageIds: readonly string[]): void {
    this.timelines.stored(messageIds);
    this.markers.retry(messageIds);
  }

  private missed({ reason }: ChatEvents['missed']): void {
    this.timelines.missed((reason as string) === 'restored');
    void this.load();
    if (this.activeId !== undefined) this.setActive(this.activeId);
  }

  private connected(status: ConnectionStatus): void {
    this.connectionStatus = status;
    this.connectionView.changed();
    if (status.state !== 'online') return;
    this.timelines.reconnected();
    if (!this.reader.isGood) void this.load();
    // What happened while this device was away may have been left out.
    void this.asked.load();
    void this.blocks.load();
    this.names.retry();
    this.markers.retry();
    if (this.activeId !== undefined) this.setActive(this.activeId);
  }

  private describe(answer: ConversationResponse): void {
    // What the server counts may be read already: a marker is on its way.
    this.list.describe(answer, this.markers.isPending(answer.conversation_id));
    if (answer.conversation_id === this.activeId) this.markActive();
    if (answer.recipient_id !== undefined) this.names.want(answer.recipient_id);
  }

  private refreshSoon(conversationId: string): void {
    this.timers.set(conversationId, SETTLE_MS, () => void this.refresh(conversationId));
  }

  private markActive(): void {
    if (this.activeId === undefined) return;
    if ((this.list.get(this.activeId)?.unread ?? 0) > 0) this.mark(this.activeId);
  }

  private mark(conversationId: string): void {
    const newest = this.timelineOf(conversationId).newestOfOthers;
    const record = this.list.get(conversationId);
    if (newest === undefined || record === undefined) return;
    record.unread = record.unreadMentions = 0;
    this.markers.mark(conversationId, newest.message_id);
    this.listView.changed();
  }

  /** Something happened in a conversation: it comes first. */
  private activity(conversationId: string): void {
    this.list.bump(conversationId);
    this.touch(conversationId);
  }

  private touch(conversationId: string): void {
    const record = this.list.get(conversationId);
    const newest = this.timelines.find(conversationId)?.newest;
    if (record !== undefined && newest !== undefined) record.last = newest;
    this.listView.changed();
  }

  private get parts(): BeginningParts {
    return { client: this.client, list: this.list, names: this.names, onChanged: () => this.listView.changed() };
  }

  private timelineOf(conversationId: string): Timeline {
    return this.timelines.of(conversationId);
  }
}
