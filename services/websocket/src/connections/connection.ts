import type { CloseReason } from '@chat-app/protocol';
import type { EncodedFrame } from '../delivery/encode-frame';
import { InboxPosition } from '../inbox/inbox-position';
import type { Device } from '../peers/persistence-client';
import { SendWindow } from '../publishing/send-window';
import type { Credential } from './credential';
import { FrameLimits } from './limit-other-frames';
import { Heartbeat } from './heartbeat';
import type { ChatSocket, SocketListener } from './sockets/chat-socket';
import type { UserOnPod } from './user-on-pod';

/** Who is told what a connection's socket says. One for all connections of a pod. Nothing here may throw. */
export interface ConnectionListener {
  onText(connection: Connection, text: string): void;
  onPing(connection: Connection): void;
  onPong(connection: Connection): void;
  onClosed(connection: Connection, code: number): void;
}

/** A user by the connections that are open for them. */
export type ConnectedUser = UserOnPod<Connection>;

export type ConnectionState = 'opening' | 'open' | 'closing' | 'closed';

/** Why nothing is read from a connection: it waits for its `welcome`, for answers to its sends, or it is sent away. */
export type PauseReason = keyof typeof PAUSES;
const PAUSES = { welcome: 1, sends: 2, leaving: 4 } as const;

/**
 * One open socket and what is known about it. There are many of these, so nothing is allocated before it is needed.
 *
 * States: opening (no `welcome` yet) → open → closing (no sends are taken) → closed.
 */
export class Connection implements SocketListener, Device {
  readonly userId: string;
  readonly deviceId: string;
  readonly named: boolean;
  readonly inbox = new InboxPosition<EncodedFrame>();
  readonly heartbeat = new Heartbeat();
  #state: ConnectionState = 'opening';
  #socket: ChatSocket | undefined;
  #user: ConnectedUser | undefined;
  #openedAt = 0;
  #epoch: string | undefined;
  #pauses = 0;
  #revoked = false;
  #sends: SendWindow | undefined;
  #limits: FrameLimits | undefined;

  constructor(
    readonly id: string,
    device: Device,
    readonly credential: Credential,
    private readonly listener: ConnectionListener,
  ) {
    this.userId = device.userId;
    this.deviceId = device.deviceId;
    this.named = device.named;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Neither closing nor closed. */
  get alive(): boolean {
    return this.#state === 'opening' || this.#state === 'open';
  }

  /** Its session was ended: nothing more is done in its name. */
  get revoked(): boolean {
    return this.#revoked;
  }

  /** Time of day at which the socket opened, milliseconds since the epoch. */
  get openedAt(): number {
    return this.#openedAt;
  }

  /** Its user, while the connection is registered. */
  get user(): ConnectedUser | undefined {
    return this.#user;
  }

  /** The numbering its position belongs to; undefined while that is not known. */
  get epoch(): string | undefined {
    return this.#epoch;
  }

  /** Its sends that have no answer yet. */
  get sends(): SendWindow {
    return (this.#sends ??= new SendWindow());
  }

  /** Limits of what is not a send. */
  get limits(): FrameLimits {
    return (this.#limits ??= new FrameLimits());
  }

  /** The registry added it to a user, or removed it. */
  registeredFor(user: ConnectedUser | undefined): void {
    this.#user = user;
  }

  /** The handshake is done. `now` is the time of day. */
  attach(socket: ChatSocket, now: number): void {
    this.#socket = socket;
    this.#openedAt = now;
  }

  /** `welcome` was decided on: from now on it is sent what comes. */
  open(): void {
    if (this.#state === 'opening') this.#state = 'open';
  }

  /** Its position belongs to this numbering. */
  numberedBy(epoch: string | undefined): void {
    this.#epoch = epoch;
  }

  /** Writes a frame; frames of one tick leave together. */
  write(frame: EncodedFrame): void {
    this.heartbeat.wrote();
    this.#socket?.sendFrame(frame);
  }

  /** Bytes written and not yet taken by the kernel. */
  get buffered(): number {
    return this.#socket?.buffered ?? 0;
  }

  /** Calls the listener once when everything written so far was taken; at once where nothing is waiting. */
  onceDrained(listener: () => void): void {
    this.#socket?.onceDrained(listener);
  }

  ping(): void {
    this.#socket?.sendPing();
  }

  /** Stops reading until every reason to is gone. Frames already read may still come. */
  pause(reason: PauseReason): void {
    if (this.#pauses === 0) this.#socket?.pause();
    this.#pauses |= PAUSES[reason];
  }

  resume(reason: PauseReason): void {
    const before = this.#pauses;
    this.#pauses &= ~PAUSES[reason];
    if (before !== 0 && this.#pauses === 0) this.#socket?.resume();
  }

  /** Closes it from our side. Answers that are still to come are written as far as the socket takes them. */
  close(reason: CloseReason): void {
    if (reason === 'signed_out') this.#revoked = true;
    if (!this.alive) return;
    this.#state = 'closing';
    this.#socket?.closeFor(reason);
  }

  /** Cuts the socket. */
  terminate(): void {
    this.#socket?.terminate();
  }

  /** The socket is gone. False where that was known. */
  end(): boolean {
    if (this.#state === 'closed') return false;
    this.#state = 'closed';
    return true;
  }

  onText(text: string): void {
    this.listener.onText(this, text);
  }

  onPing(): void {
    this.listener.onPing(this);
  }

  onPong(): void {
    this.listener.onPong(this);
  }

  onClosed(code: number): void {
    this.listener.onClosed(this, code);
  }
}
