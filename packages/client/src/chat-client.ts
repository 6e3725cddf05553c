/**
 * The client: what an application may do and hear. Frames are exchanged by FrameExchange, calls made by AuthorizedCalls.
 *
 * Life: made by createChatClient, connecting at once → … (ConnectionState) → close(). All state changes on the one
 * thread, in the order in which frames, timers and calls come; listeners are called in that order too. close() releases
 * every timer, socket and listener. After `signed_out` and `refused` nothing runs any more; the outbox stays in the
 * storage for the client that comes after a new log-in.
 */
import type { UserResponse } from '@chat-app/protocol';
import type { Emitter } from './emitter';
import { ChatError } from './errors';
import type { ChatEvents, ConnectionState, JsonObject, MessageStateChange } from './events';
import { FrameExchange, type ChatClientParts } from './exchange-frames';
import type { Directory } from './http/answers';
import { findUser, getUser, logout, searchUsers } from './http/authentication';
import { AuthorizedCalls } from './http/authorized-calls';
import { BlocksApi } from './http/blocks';
import { ConversationsApi } from './http/conversations';
import { InvitationsApi } from './http/invitations';
import { SessionsApi } from './http/sessions';
import { SettingsApi } from './http/settings';
import type {
  OutboundDeletion,
  OutboundEdit,
  OutboundMessage,
  OutboundReaction,
  SentMessage,
} from './messages/outgoing';
import { SettledMessages } from './messages/settled-messages';
import type { OutboxEntry } from './state/outbox';

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
  private readonly settled = new SettledMessages();
  private readonly exchange: FrameExchange;
  private readonly calls: AuthorizedCalls;
  private closing: Promise<void> | undefined;
  private readonly atEnd: (() => void)[] = [];

  /** Use createChatClient. */
  constructor(private readonly parts: ChatClientParts) {
    const { addresses, fetch, options, tokens } = parts;
    this.exchange = new FrameExchange(parts, this.settled);
    const refresh = (): Promise<void> => this.exchange.refreshToken();
    this.calls = new AuthorizedCalls({ fetch, timeoutMs: options.httpTimeoutMs, tokens, refresh });
    this.conversations = new ConversationsApi((call) => this.calls.call(addresses.persistence, call));
    this.invitations = new InvitationsApi((call) => this.calls.call(addresses.persistence, call));
    this.blocks = new BlocksApi((call) => this.calls.call(addresses.persistence, call));
    this.settings = new SettingsApi(
      (call) => this.calls.call(addresses.persistence, call),
      // What is told of those who are watched may be another thing now.
      () => this.exchange.watched.sayAgain(),
    );
    this.sessions = new SessionsApi((call) => this.calls.call(addresses.authentication, call));
  }

  get userId(): string {
    return this.parts.tokens.userId;
  }

  get deviceId(): string {
    return this.parts.deviceId;
  }

  get state(): ConnectionState {
    return this.exchange.state;
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
    return this.exchange.has(feature);
  }

  /**
   * Takes a message, online or not. It is sent again with the same id until it is accepted or refused for good; what
   * becomes of it is told by `message_state`. Messages of one conversation are accepted in the order of these calls.
   * @throws ChatError content_empty, content_too_large, content_invalid, invalid_request, outbox_full, duplicate_id,
   * closed: nothing was taken.
   */
  send(message: OutboundMessage<Data>): SentMessage {
    if (this.closing !== undefined) throw closedError();
    const sent = this.exchange.sender.send(message);
    this.exchange.typing.sent(sent.conversation_id);
    return sent;
  }

  /**
   * Gives an own message other content, as `send` online or not; what becomes of it is told by `change_state`.
   * @throws as send
   */
  edit(edit: OutboundEdit<Data>): SentMessage {
    if (this.closing !== undefined) throw closedError();
    return this.exchange.sender.edit(edit);
  }

  /** Takes the content of a message away, for everyone and for good: as `edit` in everything else. @throws as send */
  delete(deletion: OutboundDeletion): SentMessage {
    if (this.closing !== undefined) throw closedError();
    return this.exchange.sender.delete(deletion);
  }

  /**
   * Takes over what another client of this user left in its outbox, under the same ids: none will exist twice. What waits
   * here already, or finds no room, is left out.
   * @returns those that were taken
   */
  adopt(entries: readonly OutboxEntry[]): OutboxEntry[] {
    if (this.closing !== undefined) return [];
    const taken = this.exchange.sender.adopt(entries);
    if (taken.length > 0) this.parts.events.emit('adopted', taken);
    return taken;
  }

  /**
   * Reacts to a message, or takes an own reaction back: as `edit` in everything else. `stored` is told once the server told what
   * the message is then. @throws as send
   */
  react(reaction: OutboundReaction): SentMessage {
    if (this.closing !== undefined) throw closedError();
    return this.exchange.sender.react(reaction);
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
    this.exchange.typing.typing(conversationId, active);
  }

  /** Watches whether these users are there, in place of those before, on this connection and the next: `presence` tells. */
  watch(userIds: readonly string[]): void {
    this.exchange.watched.watch(userIds);
  }

  /** Tries to connect now instead of waiting, for instance when the network is back. */
  reconnect(): void {
    this.exchange.connect();
  }

  /** @throws ChatError unknown_user */
  findUser(username: string): Promise<UserResponse> {
    return this.calls.withToken((token) => findUser(this.parts.http, token, username));
  }

  /**
   * Other users whose name begins like this, at most `limit` of at most 20.
   * @throws ChatError directory_off where the operator turned it off: then people are found by their whole name
   */
  searchUsers(prefix: string, limit = 10): Promise<Directory['users']> {
    return this.calls.withToken((token) => searchUsers(this.parts.http, token, prefix, limit));
  }

  /** @throws ChatError unknown_user */
  getUser(userId: string): Promise<UserResponse> {
    return this.calls.withToken((token) => getUser(this.parts.http, token, userId));
  }

  /** Resolves once everything that should survive a restart is in the storage, and what arrived was confirmed. */
  flush(): Promise<void> {
    return this.exchange.flush();
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
    await this.exchange.stop();
    this.settled.failAll(closedError());
    this.parts.events.removeAll();
    for (const release of this.atEnd) release();
  }
}

function closedError(): ChatError {
  return new ChatError('closed', 'the client was closed', false);
}
