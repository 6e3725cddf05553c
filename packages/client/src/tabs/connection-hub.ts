/**
 * The leader's end of the shared connection: one socket to the server, and a port for each client of each tab.
 *
 * The socket is opened for the first port that attaches, as that one would, and lives while it has ports. A port sees a
 * connection of its own: it begins with `welcome`, at the position where the stream stands for all; what the server says
 * goes to all ports, the answer to a command to who asked, and a copy of what was accepted to the others. The position
 * that is confirmed is that of the port furthest behind, so that whoever leads next is sent what any tab lacks.
 *
 * One thread, no awaits. States of the socket: none → opening → welcomed → none.
 */
import type { AcceptedFrame } from '@chat-app/protocol';
import { CLOSE, LIMITS } from '@chat-app/protocol/pure';
import { readFrame, type Incoming, type WelcomeFrame } from '../connection/read-frame';
import type { Socket, SocketConstructor } from '../connection/socket';
import { readEntry } from '../entries';
import { parseObject } from '../parsing/checks';
import { ReceivedPosition } from '../state/received-position';
import { Timers } from '../state/timers';
import { ownCopy, type CommandFrame } from './own-copy';

/** Most live entries without a number that a port which comes later is told. */
const MAX_UNNUMBERED = 2_000;

/** How a client would connect. */
export interface Credentials {
  readonly url: string;
  readonly protocols: string[];
}

export interface HubOptions {
  readonly WebSocket: SocketConstructor;
  /** The server said this to these ports, or to all. */
  readonly deliver: (text: string, ports?: string[]) => void;
  /** The connection ended for these ports, or for all. */
  readonly closed: (code: number, reason: string, ports?: string[]) => void;
}

interface Port {
  /** Up to where it confirmed the inbox. */
  confirmed: number;
  /** Users whose presence it asked for. */
  watched: readonly string[];
}

interface Asked {
  readonly command: CommandFrame;
  /** Several tabs may ask for the same. */
  readonly ports: Set<string>;
}

export class ConnectionHub {
  private readonly ports = new Map<string, Port>();
  private readonly timers = new Timers();
  private socket: Socket | undefined;
  private welcome: WelcomeFrame | undefined;
  private position = new ReceivedPosition(undefined);
  private confirmed: number | undefined;
  private token: string | undefined;
  private readonly asked = new Map<string, Asked>();
  /** By event id: what was told and has no number yet. */
  private readonly unnumbered = new Map<string, string>();

  constructor(private readonly options: HubOptions) {}

  get portIds(): string[] {
    return [...this.ports.keys()];
  }

  attach(port: string, credentials: Credentials): void {
    if (this.ports.has(port)) return;
    this.ports.set(port, { confirmed: this.position.value ?? 0, watched: [] });
    if (this.socket === undefined) this.open(credentials);
    if (this.welcome === undefined) return;
    const { skipped: _skipped, seq: _seq, ...welcome } = this.welcome;
    const seq = this.position.value;
    this.options.deliver(JSON.stringify({ ...welcome, ...(seq !== undefined && { seq }) }), [port]);
    for (const text of this.unnumbered.values()) this.options.deliver(text, [port]);
  }

  /** A client goes. With a code it holds the connection for dead: then it is, for all. */
  detach(port: string, code: number = CLOSE.normal, reason = ''): void {
    const left = this.ports.get(port);
    if (!this.ports.delete(port)) return;
    if (code !== CLOSE.normal) return this.end(code, reason);
    if (this.ports.size === 0) return this.drop(CLOSE.normal, '');
    if (left !== undefined && left.watched.length > 0) this.watch();
    this.confirm();
  }

  /** A client sends a frame. */
  send(port: string, text: string): void {
    const known = this.ports.get(port);
    const frame = parseObject(text);
    if (known === undefined || frame === undefined || this.welcome === undefined) return;
    const { type, id } = frame;
    if (type === 'received') {
      known.confirmed = Math.max(known.confirmed, Number(frame['seq']) || 0);
      return this.confirm();
    }
    if (type === 'watch' && Array.isArray(frame['user_ids'])) {
      known.watched = frame['user_ids'] as string[];
      return this.watch();
    }
    if (type === 'authenticate') {
      // Every tab shows the token that one of them got.
      if (frame['token'] === this.token) return;
      this.token = String(frame['token']);
    } else if (typeof id === 'string') this.ask(id, port, frame);
    this.socket?.send(text);
  }

  /** Ends the connection of all ports. */
  stop(reason: string): void {
    this.end(CLOSE.service_restart, reason);
    this.ports.clear();
    this.timers.releaseAll();
  }

  private open({ url, protocols }: Credentials): void {
    const { WebSocket } = this.options;
    try {
      const socket = new WebSocket(url, protocols);
      this.socket = socket;
      const mine = (): boolean => this.socket === socket;
      socket.addEventListener('message', ({ data }) => mine() && typeof data === 'string' && this.received(data));
      socket.addEventListener('close', ({ code, reason }) => mine() && this.end(code, reason));
      socket.addEventListener('error', () => undefined);
    } catch (thrown) {
      this.end(CLOSE.service_restart, String(thrown));
    }
  }

  private received(text: string): void {
    const frame = readFrame(text);
    switch (frame?.type) {
      case 'welcome':
        if (this.welcome === undefined) this.welcomed(frame);
        break;
      case 'accepted':
      case 'rejected':
        return this.answered(frame, text);
      case 'reconnect':
        // The whole connection moves, not one tab's part of it.
        this.timers.set('reconnect', frame.after_ms, () => this.end(CLOSE.service_restart, 'the server asked for it'));
        return;
      case 'stored':
        this.position.stored(frame.from, frame.event_ids, () => true);
        for (const id of frame.event_ids) this.unnumbered.delete(id);
        break;
      case 'entry':
        this.entry(frame, text);
        break;
      case 'authenticated':
      case 'changed':
      case 'error':
      case 'ping':
      case 'presence':
      case 'receipts':
      case 'token_expiring':
      case 'typing':
      case undefined:
        // Of what this version does not know a client may know more.
        break;
    }
    this.options.deliver(text);
  }

  private welcomed(welcome: WelcomeFrame): void {
    this.welcome = welcome;
    this.position = new ReceivedPosition(welcome.seq);
    for (const port of this.ports.values()) port.confirmed = welcome.seq ?? 0;
  }

  private entry({ entry }: Incoming & { type: 'entry' }, text: string): void {
    const { id } = readEntry(entry);
    if (entry.seq === undefined) return this.remember(id, text);
    this.position.arrived(entry.seq);
    this.unnumbered.delete(id);
  }

  private answered(frame: Incoming & { type: 'accepted' | 'rejected' }, text: string): void {
    const asked = this.asked.get(frame.id ?? '');
    if (asked === undefined) return this.options.deliver(text);
    this.asked.delete(frame.id ?? '');
    this.options.deliver(text, [...asked.ports]);
    // What a reaction comes to is told to all connections, as a state: there is no event of it.
    if (frame.type === 'accepted' && asked.command['type'] !== 'react') this.tellOthers(asked, frame);
  }

  private tellOthers({ command, ports }: Asked, accepted: AcceptedFrame): void {
    const copy = JSON.stringify(ownCopy(command, accepted, this.welcome?.user_id ?? ''));
    this.remember(accepted.message_id, copy);
    const others = this.portIds.filter((port) => !ports.has(port));
    if (others.length > 0) this.options.deliver(copy, others);
  }

  private ask(id: string, port: string, command: CommandFrame): void {
    const ports = this.asked.get(id)?.ports ?? new Set();
    this.asked.set(id, { command, ports: ports.add(port) });
  }

  private remember(id: string, text: string): void {
    this.unnumbered.set(id, text);
    if (this.unnumbered.size <= MAX_UNNUMBERED) return;
    const [oldest] = this.unnumbered.keys();
    if (oldest !== undefined) this.unnumbered.delete(oldest);
  }

  private confirm(): void {
    if (this.welcome === undefined || this.ports.size === 0) return;
    const seq = Math.min(...[...this.ports.values()].map(({ confirmed }) => confirmed));
    if (seq <= (this.confirmed ?? -1)) return;
    this.confirmed = seq;
    this.socket?.send(JSON.stringify({ type: 'received', seq }));
  }

  /** A connection watches whom any of its tabs does, as many as a server lets it: of more it would take none. */
  private watch(): void {
    const users = new Set([...this.ports.values()].flatMap(({ watched }) => watched));
    this.socket?.send(JSON.stringify({ type: 'watch', user_ids: [...users].slice(0, LIMITS.watchedUsers) }));
  }

  private end(code: number, reason: string): void {
    this.drop(code, reason);
    this.ports.clear();
    this.options.closed(code, reason);
  }

  private drop(code: number, reason: string): void {
    const { socket } = this;
    this.socket = this.welcome = this.confirmed = this.token = undefined;
    this.asked.clear();
    this.unnumbered.clear();
    this.position = new ReceivedPosition(undefined);
    this.timers.clear('reconnect');
    // A socket of before may not be told what a client may not say.
    const mayBeSaid = code === CLOSE.normal || (code >= 3_000 && code < 5_000);
    if (mayBeSaid) socket?.close(code, reason);
    else socket?.close();
  }
}
