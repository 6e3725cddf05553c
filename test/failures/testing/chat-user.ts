/** One device of one user: the real client, and everything that an observer of the wire and one of the screen saw. */
import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';
import { createChatClient, type ChatClient } from '@chat-app/client';
import type { SessionResponse } from '@chat-app/protocol';
import type { Observation } from '../../checker/history';

export interface DeviceOptions {
  user: string;
  device: string;
  session: SessionResponse;
  urls: { authentication: string; websocket: string; persistence: string };
  /** Told of every observation, in order. */
  observe: (observation: Observation) => void;
}

/** How a connection ended, as the wire shows it. */
export interface Ending {
  code: number;
  at: number;
  /** The client gave the connection up: no welcome, no ping or no answer came. */
  gaveUp: boolean;
}

/** A frame that mattered, as JSON; fields that are not there are undefined. */
interface WireFrame {
  type: string;
  id?: string;
  code?: string;
  seq?: number;
  message_id?: string;
  from?: number;
  message_ids?: string[];
  retryable?: boolean;
}

export class Device {
  /** Connections that the server or the network ended, and those the client left. */
  readonly endings: Ending[] = [];
  /** Sends that were rejected for the moment, by code. */
  readonly retryable: { code: string; at: number }[] = [];
  /** Frames of messages that this device had been sent before. */
  repeatedFrames = 0;
  /** Highest inbox entry that the wire told of. */
  position = 0;
  connections = 0;
  /** What it was told of entries that are not sent. */
  readonly missed: string[] = [];
  degraded = 0;
  readonly changed = new EventEmitter();
  readonly #framesSeen = new Set<string>();
  #client: ChatClient | undefined;

  private constructor(private readonly options: DeviceOptions) {}

  static async open(options: DeviceOptions): Promise<Device> {
    const device = new Device(options);
    device.#client = await createChatClient({
      url: options.urls.authentication,
      websocketUrl: `${options.urls.websocket}/ws`,
      persistenceUrl: options.urls.persistence,
      session: options.session,
      deviceId: options.device,
      WebSocket: device.#observedWebSocket(),
      reconnectBackoff: { firstMs: 100, maxMs: 2_000 },
      sendBackoff: { firstMs: 100, maxMs: 2_000 },
      answerTimeoutMs: 15_000,
    });
    device.#listen();
    return device;
  }

  get user(): string {
    return this.options.user;
  }

  get name(): string {
    return this.options.device;
  }

  get client(): ChatClient {
    if (this.#client === undefined) throw new Error('not open');
    return this.#client;
  }

  async online(timeoutMs = 120_000): Promise<void> {
    if (this.client.state === 'online') return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.name} is ${this.client.state}, not online`)), timeoutMs);
      const stop = this.client.on('connection', ({ state }) => {
        if (state !== 'online') return;
        clearTimeout(timer);
        stop();
        resolve();
      });
    });
  }

  send(to: { recipient_id: string } | { conversation_id: string }, content: string): string {
    const id = `${this.name}-${content}`;
    const conversation_id = this.#conversationOf(to, content, id);
    this.options.observe({ kind: 'sent', at: Date.now(), user: this.user, client_id: id, conversation_id, content });
    return id;
  }

  #conversationOf(to: { recipient_id: string } | { conversation_id: string }, content: string, id: string): string {
    return this.client.send({ ...to, content, id }).conversation_id;
  }

  #listen(): void {
    const { observe, user, device } = this.options;
    const { client } = this;
    client.on('message', (message) => {
      const { message_id, conversation_id, sender_id, content } = message;
      observe({ kind: 'shown', at: Date.now(), user, device, message_id, conversation_id, sender_id, content });
    });
    client.on('message_state', ({ id, state, message_id, code }) => {
      const at = Date.now();
      if (state === 'accepted') observe({ kind: 'accepted', at, user, client_id: id, message_id });
      if (state === 'failed') observe({ kind: 'rejected', at, user, client_id: id, code: code ?? 'unknown' });
    });
    client.on('missed', ({ reason, count }) => this.missed.push(`${count} (${reason}) at ${new Date().toISOString()}`));
    client.on('connection', ({ state, degraded }) => {
      if (state === 'online') this.connections += 1;
      if (degraded === true) this.degraded += 1;
      this.changed.emit('connection');
    });
  }

  /** `ws`, with an observer of each connection. */
  #observedWebSocket(): unknown {
    const frame = (text: string): void => this.#frame(JSON.parse(text) as WireFrame);
    const ended = (code: number, gaveUp: boolean): void => {
      this.endings.push({ code, at: Date.now(), gaveUp });
      this.changed.emit('ending');
    };
    return class extends WebSocket {
      gaveUp = false;

      constructor(url: string, protocols: string[]) {
        super(url, protocols, { perMessageDeflate: false });
        let opened = false;
        this.on('open', () => (opened = true));
        this.on('message', (data: Buffer) => frame(data.toString()));
        this.on('close', (code: number) => opened && ended(code, this.gaveUp));
      }

      override terminate(): void {
        this.gaveUp = true;
        super.terminate();
      }
    };
  }

  #frame(frame: WireFrame): void {
    const { observe, user, device } = this.options;
    const positioned = (seq: number, message_id: string): void => {
      observe({ kind: 'positioned', at: Date.now(), user, device, seq, message_id });
      this.#reached(seq);
    };
    if (frame.type === 'rejected' && frame.retryable === true) {
      this.retryable.push({ code: frame.code ?? '', at: Date.now() });
      this.changed.emit('retryable');
    } else if (frame.type === 'stored') {
      frame.message_ids?.forEach((id, index) => positioned((frame.from ?? 0) + index, id));
    } else if (frame.type === 'message' && frame.message_id !== undefined) {
      if (frame.seq !== undefined) positioned(frame.seq, frame.message_id);
      if (this.#framesSeen.size === this.#framesSeen.add(frame.message_id).size) this.repeatedFrames += 1;
    } else if (frame.seq !== undefined) {
      // `welcome`, or an entry of whatever other kind.
      this.#reached(frame.seq);
    }
  }

  #reached(seq: number): void {
    if (seq <= this.position) return;
    this.position = seq;
    this.changed.emit('position');
  }
}
