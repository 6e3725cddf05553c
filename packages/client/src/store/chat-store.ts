/**
 * Conversations and messages that a UI can bind to: everything it shows is an Observable, everything it does is a method.
 *
 * Fed by the events of one ChatClient (EventFollower). One thread; what an await brings back is joined by ids. release() ends
 * it; the client is closed by whoever made it.
 */
import type { ConnectionStatus, PresenceState } from '../events';
import type { SettingsChange } from '../http/conversations';
import { assembleStore, type ChatStoreOptions, type StoreParts } from './assemble-store';
import { createGroup, openDirect, openDirectWith, type BeginningParts } from './begin-conversations';
import { Derived, type Observable } from './observable';
import type { References } from './own-writing';
import type { StoreClient } from './store-client';
import type { ConversationView, InvitationView, ListStatus, MessageView, TimelineView } from './views';

export type { ChatStoreOptions } from './assemble-store';

export class ChatStore {
  private readonly parts: StoreParts;
  private readonly stopFollowing: () => void;
  private connectionStatus: ConnectionStatus;
  private readonly connectionView = new Derived(() => this.connectionStatus);

  constructor(
    private readonly client: StoreClient,
    options: ChatStoreOptions = {},
  ) {
    this.connectionStatus = { state: client.state };
    this.stopFollowing = client.on('connection', (status) => {
      this.connectionStatus = status;
      this.connectionView.changed();
    });
    this.parts = assembleStore(client, options);
    this.parts.writing.restore();
    this.wantName(client.userId);
    void this.load();
  }

  /** The user's conversations, newest activity first. */
  get conversations(): Observable<readonly ConversationView[]> {
    return this.parts.listView;
  }

  /** Groups to which the user is invited, the newest first. */
  get invitations(): Observable<readonly InvitationView[]> {
    return this.parts.invitations.view;
  }

  /** Whom the user blocks. Who blocks the user nobody is told. */
  get blocked(): Observable<ReadonlySet<string>> {
    return this.parts.blocks.view;
  }

  get listStatus(): Observable<ListStatus> {
    return this.parts.reader.status;
  }

  get connection(): Observable<ConnectionStatus> {
    return this.connectionView;
  }

  /** Names of users by id. A name that is not there was asked for and will come, where the user exists. */
  get userNames(): Observable<ReadonlyMap<string, string>> {
    return this.parts.names.view;
  }

  /** Who else types now, by conversation. */
  get typing(): Observable<ReadonlyMap<string, readonly string[]>> {
    return this.parts.signals.typists.view;
  }

  /** Whether people of the direct conversations, and those of `showPresence`, are there, by id; who is not named is not known. */
  get presence(): Observable<ReadonlyMap<string, PresenceState>> {
    return this.parts.signals.presence;
  }

  /** When people who are not there were here last, by id, as RFC 3339: of those who let others know. */
  get lastSeen(): Observable<ReadonlyMap<string, string>> {
    return this.parts.signals.lastSeen;
  }

  /** Whether these users are there is shown, for instance the members of a group, until the returned function is called. */
  showPresence(userIds: readonly string[]): () => void {
    return this.parts.signals.show(userIds);
  }

  /** The messages of a conversation. */
  timeline(conversationId: string): Observable<TimelineView> {
    return this.parts.timelines.of(conversationId).view;
  }

  /** Loads the messages of a gap. Never rejects: the timeline's `fault` says what went wrong. */
  async loadGap(conversationId: string, gapId: string): Promise<void> {
    await this.parts.timelines.of(conversationId).loadGap(gapId);
    this.parts.active.shown(conversationId);
  }

  /** Reads the server's list from its beginning. Never rejects: `listStatus` says what went wrong. */
  load(): Promise<void> {
    return this.parts.reader.load();
  }

  /** Reads the next older conversations, where there are more. */
  loadMore(): Promise<void> {
    return this.parts.reader.loadMore();
  }

  /** The conversation that the user looks at, so that what it shows is read; undefined while they look elsewhere. */
  setActive(conversationId: string | undefined): void {
    this.parts.active.look(conversationId);
  }

  /** The conversation with a user of this name; it exists for others once a message is sent. @throws ChatError unknown_user */
  openDirect(username: string): Promise<string> {
    return openDirect(this.beginning, username);
  }

  /** The conversation with this user, as `openDirect`. */
  openDirectWith(user: { user_id: string; username: string }): string {
    return openDirectWith(this.beginning, user);
  }

  /** Creates a group of these users, by name. @returns its id @throws ChatError unknown_user, invalid_request … */
  createGroup(title: string, usernames: readonly string[]): Promise<string> {
    return createGroup(this.beginning, title, usernames);
  }

  /** Changes how a conversation is to this user: what is absent stays. @throws ChatError */
  changeSettings(conversationId: string, change: SettingsChange): Promise<void> {
    return this.parts.settings.change(conversationId, change);
  }

  /** The user is in the group from now on. @throws ChatError unknown_invitation, group_full, too_many_groups */
  async accept(conversationId: string): Promise<void> {
    await this.parts.invitations.answer(conversationId, 'accept');
    await this.refresh(conversationId);
  }

  /** Nobody may invite the user to this group again. @throws ChatError unknown_invitation */
  decline(conversationId: string): Promise<void> {
    return this.parts.invitations.answer(conversationId, 'decline');
  }

  /** Neither of the two writes to the other directly from now on. @throws ChatError unknown_user, too_many_blocks */
  block(userId: string): Promise<void> {
    return this.parts.blocks.set(userId, true);
  }

  /** @throws ChatError */
  unblock(userId: string): Promise<void> {
    return this.parts.blocks.set(userId, false);
  }

  /** Asks what changed in the messages of a conversation that are known here. Never rejects. */
  readChanges(conversationId: string): Promise<void> {
    return this.parts.timelines.of(conversationId).readChanges();
  }

  /** Asks the server what a conversation is now. Never rejects. */
  refresh(conversationId: string): Promise<void> {
    return this.parts.refresher.refresh(conversationId);
  }

  /**
   * Sends a text, online or not. It is shown at once.
   * @throws ChatError content_…, outbox_full, closed: nothing was taken.
   */
  send(conversationId: string, content: string, refers: References = {}): void {
    this.parts.writing.send(conversationId, content, refers);
  }

  /** Gives an own message other content, online or not. It is shown at once. @throws as send */
  edit(message: MessageView, content: string): void {
    this.parts.writing.edit(message, content);
  }

  /** Deletes a message for everyone: an own one, or as an owner any of the group. @throws outbox_full, closed */
  delete(message: MessageView): void {
    this.parts.writing.delete(message);
  }

  /** Reacts to a message, or takes an own reaction back, online or not. It is shown at once. @throws invalid_request, outbox_full, closed */
  react(message: MessageView, emoji: string, on: boolean): void {
    this.parts.writing.react(message, emoji, on);
  }

  /** Forgets an edit or deletion that was refused. */
  dismissChange({ conversation_id, message_id }: MessageView): void {
    this.parts.timelines.of(conversation_id).dismissChange(message_id);
  }

  /** Sends a refused message once more, as a new one. @throws as send */
  sendAgain({ conversation_id, message_id, content, reply_to, mentions }: MessageView): void {
    this.parts.writing.send(conversation_id, content, { reply_to, mentions });
    this.parts.writing.discard(conversation_id, message_id);
  }

  /** Forgets a refused message. */
  discard(conversationId: string, messageId: string): void {
    this.parts.writing.discard(conversationId, messageId);
  }

  draft(conversationId: string): string {
    return this.parts.texts.draft(conversationId);
  }

  /** Keeps a text that is being written, and lets the others know that it is. */
  setDraft(conversationId: string, text: string): void {
    if (this.parts.texts.draft(conversationId) === text) return;
    this.parts.texts.setDraft(conversationId, text);
    this.client.typing(conversationId, text.trim() !== '');
    this.parts.listView.changed();
  }

  /** Sees to it that this user's name will be known. */
  wantName(userId: string): void {
    this.parts.names.want(userId);
  }

  release(): void {
    const { events, refresher, markers, timelines, signals, listView, reader, names, invitations, blocks } = this.parts;
    events.release();
    this.stopFollowing();
    refresher.release();
    markers.release();
    const views = [listView, reader.status, this.connectionView, names.view, invitations.view, blocks.view];
    for (const derived of views) derived.release();
    timelines.release();
    signals.release();
  }

  private get beginning(): BeginningParts {
    const { list, names, listView } = this.parts;
    return { client: this.client, list, names, onChanged: () => listView.changed() };
  }
}
