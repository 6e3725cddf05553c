/**
 * The client: joins connection, outbox, inbox and token to one thing with a life.
 *
 * Life: made by createChatClient, connecting at once → … (ConnectionState) → close(). All state changes on the one
 * thread, in the order in which frames, timers and calls come; listeners are called in that order too. close() releases
 * every timer, socket and listener. After `signed_out` and `refused` nothing runs any more; the outbox stays in the
 * storage for the client that comes after a new log-in.
 */
import type { UserResponse } from '@chat-app/protocol';
import { CLOSE, LIMITS } from '@chat-app/protocol/pure';
import type { Addresses } from './addresses';
import { ConnectionKeeper } from './connection/keep-connection';
import type { Incoming } from './connection/read-frame';
import type { SocketConstructor } from './connection/socket';
import { watchEnvironment } from './connection/watch-environment';
import type { Emitter } from './emitter';
import { ChatError } from './errors';
import type {
  ChatEvents,
  ConnectionState,
  ConnectionStatus,
  JsonObject,
  MessageChanged,
  MessageStateChange,
  TypingNotice,
} from './events';
import { findUser, getUser, logout, searchUsers, type HttpOptions } from './http/authentication';
import { BlocksApi } from './http/blocks';
import { ConversationsApi, type ApiCall } from './http/conversations';
import { InvitationsApi } from './http/invitations';
import type { Directory } from './http/answers';
import { SessionsApi } from './http/sessions';
import { SettingsApi } from './http/settings';
import { request, type Fetch } from './http/request';
import { Receiver, type InboxState } from './messages/receive-messages';
import type {
  OutboundDeletion,
  OutboundEdit,
  OutboundMessage,
  OutboundReaction,
  SentMessage,
} from './messages/outgoing';
import { Sender } from './messages/send-messages';
import { SettledMessages } from './messages/settled-messages';
import type { CompiledOptions } from './options';
import { AuthenticationKeeper } from './session/keep-authentication';
import type { TokenSource } from './session/token-source';
import { OwnTyping } from './signals/typing';
import type { Outbox, OutboxEntry } from './state/outbox';
import type { RecentIds } from './state/recent-ids';
import { Timers } from './state/timers';
import { MAX_SAVED_IDS, type SavedState } from './storage';

/** What createChatClient puts together. */
export interface ChatClientParts {
  addresses: Addresses;
  options: CompiledOptions;
  WebSocket: SocketConstructor;
  fetch: Fetch;
  events: Emitter<ChatEvents>;
  tokens: TokenSource;
  http: HttpOptions;
  saved: SavedState;
  outbox: Outbox;
  recent: RecentIds;
  /** Where this device stood when it was saved. */
  resumed: InboxState;
  deviceId: string;
}

export class ChatClient<Data extends JsonObject = JsonObject> {
  /** Conversations, groups and history over HTTP. */
  readonly conversations: ConversationsApi;
  /** Groups to which the user is invited. */
  readonly invitations: InvitationsApi;
  /** Whom the user blocks. */
  readonly blocks: BlocksApi;
  /** How the user is to others. */
  readonly settings: SettingsApi;
  /** Where the user is logged in. */
  readonly sessions: SessionsApi;
  private readonly timers = new Timers();
  private readonly settled = new SettledMessages();
  private readonly connection: ConnectionKeeper;
  private readonly authentication: AuthenticationKeeper;
  private readonly sender: Sender;
  private readonly receiver: Receiver;
  private readonly stopWatching: () => void;
  private readonly ownTyping = new OwnTyping((conversation_id, active) => {
    // An older server takes what it does not know for a fault.
    return this.has('typing') && this.connection.send({ type: 'typing', conversation_id, active });
  });
  private watched: readonly string[] = [];
  private features: readonly string[] = [];
  private closing: Promise<void> | undefined;
  private readonly atEnd: (() => void)[] = [];

  /** Use createChatClient. */
  constructor(private readonly parts: ChatClientParts) {
    this.conversations = new ConversationsApi((call) => this.call(this.parts.addresses.persistence, call));
    this.invitations = new InvitationsApi((call) => this.call(this.parts.addresses.persistence, call));
    this.blocks = new BlocksApi((call) => this.call(this.parts.addresses.persistence, call));
    this.settings = new SettingsApi(
      (call) => this.call(this.parts.addresses.persistence, call),
      // What is told of those who are watched may be another thing now.
      () => this.sayWatched(),
    );
    this.sessions = new SessionsApi((call) => this.call(this.parts.addresses.authentication, call));
    this.sender = this.makeSender();
    this.receiver = this.makeReceiver();
    this.connection = this.makeConnection();
    this.authentication = this.makeAuthentication();
    this.stopWatching = this.watchSurroundings();
    // Listeners added right after createChatClient are told everything.
    this.timers.set('start', 0, () => {
      this.authentication.schedule();
      this.connection.connect();
    });
  }

  get userId(): string {
    return this.parts.tokens.userId;
  }

  get deviceId(): string {
    return this.parts.deviceId;
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  /** Messages that wait to be accepted, those kept from before a restart included. */
  get pending(): readonly OutboxEntry[] {
    return this.parts.outbox.entries();
  }

  /** Calls `listener` for each such event, until the returned function is called. */
  on<Name extends keyof ChatEvents<Data>>(name: Name, listener: (event: ChatEvents<Data>[Name]) => void): () => void {
    // What others hang on their messages is what the application says it is: nobody else can know.
    return (this.parts.events as unknown as Emitter<ChatEvents<Data>>).on(name, listener);
  }

  /** Whether the server of the newest connection can do this, for instance `data`. */
  has(feature: string): boolean {
    return this.features.includes(feature);
  }

  /**
   * Takes a message, online or not. It is sent again with the same id until it is accepted or refused for good; what
   * becomes of it is told by `message_state`. Messages of one conversation are accepted in the order of these calls.
   * @throws ChatError content_empty, content_too_large, content_invalid, invalid_request, outbox_full, duplicate_id,
   * closed: nothing was taken.
   */
  send(message: OutboundMessage<Data>): SentMessage {
    if (this.closing !== undefined) throw closedError();
    const sent = this.sender.send(message);
    this.ownTyping.sent(sent.conversation_id);
    return sent;
  }

  /**
   * Gives an own message other content, as `send` online or not; what becomes of it is told by `change_state`.
   * @throws as send
   */
  edit(edit: OutboundEdit<Data>): SentMessage {
    if (this.closing !== undefined) throw closedError();
    return this.sender.edit(edit);
  }

  /** Takes the content of a message away, for everyone and for good: as `edit` in everything else. @throws as send */
  delete(deletion: OutboundDeletion): SentMessage {
    if (this.closing !== undefined) throw closedError();
    return this.sender.delete(deletion);
  }

  /**
   * Takes over what another client of this user left in its outbox, under the same ids: none will exist twice. What waits
   * here already, or finds no room, is left out.
   * @returns those that were taken
   */
  adopt(entries: readonly OutboxEntry[]): OutboxEntry[] {
    if (this.closing !== undefined) return [];
    const taken = this.sender.adopt(entries);
    if (taken.length > 0) this.parts.events.emit('adopted', taken);
    return taken;
  }

  /**
   * Reacts to a message, or takes an own reaction back: as `edit` in everything else. `stored` is told once the server told what
   * the message is then. @throws as send
   */
  react(reaction: OutboundReaction): SentMessage {
    if (this.closing !== undefined) throw closedError();
    return this.sender.react(reaction);
  }

  /**
   * Waits until a message that was sent is at least `accepted` (or `stored`).
   * @throws ChatError with the code with which it was refused, or `closed`.
   */
  async settle(id: string, until: 'accepted' | 'stored' = 'accepted'): Promise<MessageStateChange> {
    if (this.closing !== undefined) throw closedError();
    return this.settled.wait(id, until);
  }

  /**
   * The user writes in a conversation, or (`active` false) took away what they wrote. Call it with every key: the server is told
   * as often as it makes sense, where it is reached, and sending says the rest.
   */
  typing(conversationId: string, active = true): void {
    this.ownTyping.typing(conversationId, active);
  }

  /** Watches whether these users are there, in place of those before, on this connection and the next: `presence` tells. */
  watch(userIds: readonly string[]): void {
    this.watched = [...new Set(userIds)].slice(0, LIMITS.watchedUsers);
    this.sayWatched();
  }

  private sayWatched(): void {
    if (this.has('presence')) this.connection.send({ type: 'watch', user_ids: this.watched });
  }

  /** Tries to connect now instead of waiting, for instance when the network is back. */
  reconnect(): void {
    this.connection.connect();
  }

  /** @throws ChatError unknown_user */
  findUser(username: string): Promise<UserResponse> {
    return this.withToken((token) => findUser(this.parts.http, token, username));
  }

  /**
   * Other users whose name begins like this, at most `limit` of at most 20.
   * @throws ChatError directory_off where the operator turned it off: then people are found by their whole name
   */
  searchUsers(prefix: string, limit = 10): Promise<Directory['users']> {
    return this.withToken((token) => searchUsers(this.parts.http, token, prefix, limit));
  }

  /** @throws ChatError unknown_user */
  getUser(userId: string): Promise<UserResponse> {
    return this.withToken((token) => getUser(this.parts.http, token, userId));
  }

  /** Resolves once everything that should survive a restart is in the storage, and what arrived was confirmed. */
  async flush(): Promise<void> {
    await this.receiver.confirm();
    await this.parts.saved.flush();
  }

  /** Ends the session on the server, where there is one of its own, and closes. What waits is not sent any more. */
  async logout(): Promise<void> {
    const { refreshToken } = this.parts.tokens;
    if (refreshToken !== undefined) await logout(this.parts.http, refreshToken);
    await this.parts.tokens.forget();
    await this.close();
  }

  /** Confirms what arrived, saves, and releases everything. Never rejects; may be called again. */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  /** Calls `release` once the client is closed: for what was made for it alone. */
  whenClosed(release: () => void): void {
    this.atEnd.push(release);
  }

  private async closeOnce(): Promise<void> {
    this.timers.clear('start');
    this.stopWatching();
    this.authentication.stop();
    await this.flush();
    this.connection.stop({ state: 'closed' });
    this.timers.releaseAll();
    this.settled.failAll(closedError());
    this.parts.events.removeAll();
    for (const release of this.atEnd) release();
  }

  private makeSender(): Sender {
    const { events, outbox, options, saved } = this.parts;
    return new Sender({
      userId: this.userId,
      outbox,
      timers: this.timers,
      answerTimeoutMs: options.answerTimeoutMs,
      transmit: (frame) => this.connection.send(frame),
      onState: (change) => {
        if (change.state === 'accepted') this.receiver.onOwnAccepted(change.message_id);
        this.settled.changed(change);
        events.emit('message_state', change);
      },
      onChangeState: (change) => {
        if (change.state === 'accepted') this.receiver.onOwnAccepted(change.event_id);
        this.settled.changed(change);
        events.emit('change_state', change);
      },
      onChange: () => saved.saveOutbox(() => outbox.entries()),
      onSilence: () => this.connection.renew(CLOSE.ping_timeout, 'a send was not answered'),
      onTokenRefused: () => void this.authentication.refresh(),
    });
  }

  private makeReceiver(): Receiver {
    const { events, options, recent, saved, resumed, deviceId } = this.parts;
    return new Receiver({
      recent,
      saved: resumed,
      sender: this.sender,
      timers: this.timers,
      confirmAfterMs: options.confirmAfterMs,
      confirmAfterEntries: options.confirmAfterEntries,
      holeTimeoutMs: options.holeTimeoutMs,
      transmit: (frame) => this.connection.send(frame),
      backoff: options.reconnectBackoff,
      save: ({ position, epoch }) =>
        saved.saveInbox({
          device_id: deviceId,
          ...(position !== undefined && { position }),
          ...(epoch !== undefined && { epoch }),
          recent: recent.newest(MAX_SAVED_IDS),
        }),
      onEntry: (name, value) => events.emit(name, value),
      onStored: (message_ids) => events.emit('stored', { message_ids }),
      onMissed: (missed) => events.emit('missed', missed),
      onHole: (code, reason) => this.connection.renew(code, reason),
    });
  }

  private makeConnection(): ConnectionKeeper {
    const { addresses, options, tokens, WebSocket, deviceId } = this.parts;
    const separator = addresses.websocket.includes('?') ? '&' : '?';
    return new ConnectionKeeper({
      WebSocket,
      address: () => `${addresses.websocket}${separator}device_id=${encodeURIComponent(deviceId)}`,
      tokens,
      timers: this.timers,
      backoff: options.reconnectBackoff,
      welcomeTimeoutMs: options.welcomeTimeoutMs,
      onStatus: (status) => this.onStatus(status),
      onWelcome: (welcome) => {
        this.features = welcome.features ?? [];
        this.sender.welcomed(welcome);
        this.receiver.welcomed(welcome);
      },
      onFrame: (frame) => this.onFrame(frame),
      onLost: () => {
        this.sender.lost();
        this.receiver.lost();
      },
    });
  }

  private makeAuthentication(): AuthenticationKeeper {
    return new AuthenticationKeeper({
      tokens: this.parts.tokens,
      timers: this.timers,
      backoff: this.parts.options.reconnectBackoff,
      transmit: (frame) => this.connection.send(frame),
      onSignedOut: (reason) => this.connection.stop({ state: 'signed_out', reason }),
    });
  }

  private onStatus(status: ConnectionStatus): void {
    if (status.state === 'signed_out' || status.state === 'refused') this.authentication.stop();
    this.parts.events.emit('connection', status);
    if (status.state !== 'online') return;
    this.sender.pump();
    if (this.watched.length > 0) this.sayWatched();
  }

  private onFrame(frame: Incoming): void {
    switch (frame.type) {
      case 'entry':
        return this.receiver.onEntry(frame.entry);
      case 'stored':
        return this.receiver.onStored(frame);
      case 'changed':
        return this.onChanged(frame);
      case 'accepted':
        return this.sender.onAccepted(frame);
      case 'rejected':
        return this.sender.onRejected(frame);
      case 'receipts':
        return this.parts.events.emit('receipts', { conversation_id: frame.conversation_id, users: frame.users });
      case 'token_expiring':
        return void this.authentication.refresh();
      case 'error':
        return this.parts.events.emit('fault', new ChatError(frame.code, frame.message, false));
      case 'typing':
        return this.told(frame);
      case 'presence':
        return this.parts.events.emit('presence', { users: frame.users });
      case 'welcome':
      case 'reconnect':
      case 'authenticated':
      case 'ping':
        return undefined;
    }
  }

  private told({ conversation_id, user_id, active }: TypingNotice): void {
    this.parts.events.emit('typing', { conversation_id, user_id, active });
  }

  private onChanged({ type: _type, ...changed }: MessageChanged & { type: 'changed' }): void {
    this.parts.events.emit('changed', changed);
    for (const { event_id } of changed.changes ?? []) this.sender.onStored(event_id);
  }

  private watchSurroundings(): () => void {
    const { connection } = this;
    return watchEnvironment({
      onOnline: () => connection.restart('the network is another one'),
      onOffline: () => connection.renew(CLOSE.ping_timeout, 'there is no network'),
      onAwake: () => connection.wake(),
      onFreeze: () => connection.suspend('the page is frozen'),
    });
  }

  private call<T>(base: string, { path, ...call }: ApiCall<T>): Promise<T> {
    const { fetch, options } = this.parts;
    const timeoutMs = options.httpTimeoutMs;
    return this.withToken((token) => request<T>(fetch, { ...call, url: base + path, token, timeoutMs }));
  }

  /** Makes a call with the token, once more where the token was the fault. */
  private async withToken<T>(call: (token: string) => Promise<T>): Promise<T> {
    const { tokens } = this.parts;
    const used = tokens.token;
    try {
      return await call(used);
    } catch (thrown) {
      // A wrong password is no fault of the token.
      if (!(thrown instanceof ChatError) || thrown.status !== 401 || thrown.code === 'wrong_credentials') throw thrown;
      if (tokens.token === used) await this.authentication.refresh();
      return call(tokens.token);
    }
  }
}

function closedError(): ChatError {
  return new ChatError('closed', 'the client was closed', false);
}
