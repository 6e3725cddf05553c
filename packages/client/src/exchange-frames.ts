/**
 * Exchanges frames with the server for as long as the client lives: joins connection, outbox, inbox and token, and tells
 * listeners what came. All state changes on the one thread, in the order in which frames, timers and calls come.
 */
import { CLOSE } from '@chat-app/protocol/pure';
import type { Addresses } from './addresses';
import { ConnectionKeeper } from './connection/keep-connection';
import type { Incoming } from './connection/read-frame';
import type { SocketConstructor } from './connection/socket';
import { watchEnvironment } from './connection/watch-environment';
import type { Emitter } from './emitter';
import { ChatError } from './errors';
import type { ChatEvents, ConnectionState, ConnectionStatus, MessageChanged, TypingNotice } from './events';
import type { HttpOptions } from './http/authentication';
import type { Fetch } from './http/request';
import { Receiver, type InboxState } from './messages/receive-messages';
import { Sender } from './messages/send-messages';
import type { SettledMessages } from './messages/settled-messages';
import type { CompiledOptions } from './options';
import { AuthenticationKeeper } from './session/keep-authentication';
import type { TokenSource } from './session/token-source';
import { OwnTyping } from './signals/typing';
import { WatchedUsers } from './signals/watched-users';
import type { Outbox } from './state/outbox';
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

/** Sends and receives for a ChatClient. Life: exchanging from when it is made → stop(); after that nothing of it runs. */
export class FrameExchange {
  readonly sender: Sender;
  readonly typing = new OwnTyping((conversation_id, active) => {
    // An older server takes what it does not know for a fault.
    return this.has('typing') && this.connection.send({ type: 'typing', conversation_id, active });
  });
  readonly watched = new WatchedUsers((user_ids) => {
    if (this.has('presence')) this.connection.send({ type: 'watch', user_ids });
  });
  private readonly timers = new Timers();
  private readonly connection: ConnectionKeeper;
  private readonly authentication: AuthenticationKeeper;
  private readonly receiver: Receiver;
  private readonly stopWatching: () => void;
  private features: readonly string[] = [];

  /** @param settled is told what becomes of what was sent */
  constructor(
    private readonly parts: ChatClientParts,
    private readonly settled: SettledMessages,
  ) {
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

  get state(): ConnectionState {
    return this.connection.state;
  }

  /** Whether the server of the newest connection can do this. */
  has(feature: string): boolean {
    return this.features.includes(feature);
  }

  /** Tries to connect now instead of waiting. */
  connect(): void {
    this.connection.connect();
  }

  /** Gets a newer token and sends it. Never rejects: what fails for the moment is tried again. */
  refreshToken(): Promise<void> {
    return this.authentication.refresh();
  }

  /** Resolves once everything that should survive a restart is in the storage, and what arrived was confirmed. */
  async flush(): Promise<void> {
    await this.receiver.confirm();
    await this.parts.saved.flush();
  }

  /** Confirms what arrived, saves, and ends for good. */
  async stop(): Promise<void> {
    this.timers.clear('start');
    this.stopWatching();
    this.authentication.stop();
    await this.flush();
    this.connection.stop({ state: 'closed' });
    this.timers.releaseAll();
  }

  private makeSender(): Sender {
    const { events, outbox, options, saved } = this.parts;
    return new Sender({
      userId: this.parts.tokens.userId,
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
    this.watched.sayAgain();
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
    for (const { event_id } of changed.changes ?? []) this.sender.seen(event_id, undefined, true);
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
}
