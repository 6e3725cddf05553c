/**
 * This tab among those that share a connection: candidate for leading, holder of the hub while it leads, and the way of
 * its own clients to whoever leads.
 *
 * It is there from the first of its sockets until the last was closed, or ended and was not followed by another within a
 * while. What tabs say arrives in order; everything runs on the one thread. A leader that does not answer within
 * ANSWER_MS is held for dead, and its lock taken from it.
 */
import { CLOSE, newId } from '@chat-app/protocol/pure';
import type { SocketConstructor } from '../connection/socket';
import { monotonicNow } from '../state/clock';
import { Timers } from '../state/timers';
import type { TabChannel, TabEnvironment } from './browser';
import { ConnectionHub, type Credentials } from './connection-hub';
import { Election } from './elect-leader';
import { readTabMessage, type TabMessage } from './tab-messages';

/** Between tabs of one machine an answer takes milliseconds. */
const ANSWER_MS = 1_500;
/** A client without a connection makes another within its longest backoff, or never. */
const LINGER_MS = 60_000;

/** A client's end, as the member sees it. */
export interface Port extends Credentials {
  readonly id: string;
  received(text: string): void;
  ended(code: number, reason: string): void;
}

export interface MemberEnvironment extends TabEnvironment {
  readonly WebSocket: SocketConstructor;
}

/** What a tab has while it leads. */
interface Leading {
  readonly id: string;
  readonly own: ConnectionHub;
  /** The ports of each other tab. */
  readonly portsOf: Map<string, Set<string>>;
}

export class TabMember {
  private readonly id = newId();
  private readonly ports = new Map<string, Port>();
  /** By id of the port: the hub that has it. */
  private readonly attached = new Map<string, string>();
  private readonly timers = new Timers();
  private readonly ending = new AbortController();
  private readonly channel: TabChannel;
  private readonly election: Election;
  private readonly held: Promise<void>;
  private hub: Leading | undefined;
  private heardAt = 0;
  private over = false;

  constructor(
    private readonly scope: string,
    private readonly environment: MemberEnvironment,
    private readonly onEnd: () => void,
  ) {
    this.channel = new environment.BroadcastChannel(scope);
    this.channel.addEventListener('message', ({ data }) => this.heard(readTabMessage(data)));
    // Held as long as this tab is a member: the leader waits for it to learn that the tab is gone.
    this.held = new Promise((held) => {
      this.request(this.lockOf(this.id), () => (held(), this.ended()));
    });
    this.election = new Election({
      locks: environment.locks,
      name: `${scope}.leader`,
      onElected: () => this.lead(),
      onDeposed: () => this.yield('another tab took over'),
    });
  }

  add(port: Port): void {
    this.timers.clear('linger');
    this.ports.set(port.id, port);
    // Not at once: the socket's maker adds its listeners once it has it.
    void this.held.then(() => this.attach(port));
  }

  /** The client closed its end. */
  remove(port: Port, code: number, reason: string): void {
    if (!this.ports.delete(port.id)) return;
    this.attached.delete(port.id);
    const { hub } = this;
    if (hub !== undefined) hub.own.detach(port.id, code, reason);
    else this.post({ type: 'detach', port: port.id, ...(code !== CLOSE.normal && { code, reason }) });
    if (this.ports.size > 0) return;
    if (code === CLOSE.normal) this.end();
    else this.linger();
  }

  send(port: Port, text: string): void {
    if (this.hub !== undefined) return this.hub.own.send(port.id, text);
    this.post({ type: 'send', port: port.id, text });
    if (monotonicNow() - this.heardAt < ANSWER_MS || this.timers.has('answer')) return;
    this.post({ type: 'probe' });
    this.awaitAnswer();
  }

  private attach(port: Port): void {
    if (this.ports.get(port.id) !== port || this.over) return;
    const { id, url, protocols } = port;
    const { hub } = this;
    if (hub !== undefined) {
      this.attached.set(id, hub.id);
      return hub.own.attach(id, { url, protocols });
    }
    this.post({ type: 'attach', port: id, member: this.id, url, protocols });
    this.awaitAnswer();
  }

  /** Whoever leads says so at once; where nobody does, this tab or another is about to be elected, and says so as well. */
  private awaitAnswer(): void {
    if (!this.timers.has('answer')) this.timers.set('answer', ANSWER_MS, () => this.election.steal());
  }

  private heard(message: TabMessage | undefined): void {
    if (message === undefined || this.over) return;
    switch (message.type) {
      case 'leader':
        return this.hub === undefined ? this.led(message) : undefined;
      case 'deliver':
        return this.toPorts(message, (port) => port.received(message.text));
      case 'closed':
        return this.toPorts(message, (port) => this.lost(port, message.code, message.reason));
      case 'attach':
      case 'detach':
      case 'probe':
      case 'send':
        if (this.hub !== undefined) this.asked(message, this.hub);
    }
  }

  /** What others ask of the leader. */
  private asked(message: TabMessage & { type: 'attach' | 'detach' | 'send' | 'probe' }, hub: Leading): void {
    switch (message.type) {
      case 'attach':
        this.watch(message.member, message.port, hub);
        hub.own.attach(message.port, message);
        return this.announce(false);
      case 'detach':
        return hub.own.detach(message.port, message.code, message.reason);
      case 'send':
        return hub.own.send(message.port, message.text);
      case 'probe':
        return this.announce(false);
    }
  }

  /** A leader says that it is there. */
  private led({ hub, ports, begins }: TabMessage & { type: 'leader' }): void {
    this.heardAt = monotonicNow();
    this.timers.clear('answer');
    for (const port of [...this.ports.values()]) {
      const attachedTo = this.attached.get(port.id);
      if (ports.includes(port.id)) this.attached.set(port.id, hub);
      else if (attachedTo !== undefined) this.lost(port, CLOSE.service_restart, 'another tab leads');
      else if (begins) this.attach(port);
    }
  }

  /** This tab was elected. What its clients had with the leader before is over. */
  private lead(): void {
    const id = newId();
    const own = new ConnectionHub({
      WebSocket: this.environment.WebSocket,
      deliver: (text, ports) => {
        const to = { hub: id, ...(ports !== undefined && { ports }) };
        this.post({ type: 'deliver', ...to, text });
        this.toPorts(to, (port) => port.received(text));
      },
      closed: (code, reason, ports) => {
        const to = { hub: id, ...(ports !== undefined && { ports }) };
        this.post({ type: 'closed', ...to, code, reason });
        this.toPorts(to, (port) => this.lost(port, code, reason));
      },
    });
    this.timers.clear('answer');
    this.hub = { id, own, portsOf: new Map() };
    this.announce(true);
    for (const port of [...this.ports.values()]) {
      if (this.attached.has(port.id)) this.lost(port, CLOSE.service_restart, 'this tab leads');
      else this.attach(port);
    }
  }

  private yield(reason: string): void {
    const { hub } = this;
    hub?.own.stop(reason);
    this.hub = undefined;
  }

  private announce(begins: boolean): void {
    const { hub } = this;
    if (hub !== undefined) this.post({ type: 'leader', hub: hub.id, ports: hub.own.portIds, begins });
  }

  /** Lets the ports of another tab go when that is gone. */
  private watch(member: string, port: string, { own, portsOf }: Leading): void {
    const known = portsOf.get(member);
    if (known !== undefined) return void known.add(port);
    const ports = new Set([port]);
    portsOf.set(member, ports);
    this.request(this.lockOf(member), async () => {
      portsOf.delete(member);
      for (const each of ports) own.detach(each);
    });
  }

  private toPorts({ hub, ports }: { hub: string; ports?: string[] }, work: (port: Port) => void): void {
    this.heardAt = monotonicNow();
    for (const port of [...this.ports.values()]) {
      const attachedTo = this.attached.get(port.id);
      if (ports === undefined ? attachedTo !== hub : !ports.includes(port.id)) continue;
      if (attachedTo === undefined) this.attached.set(port.id, hub);
      // A leader that was held for dead may go on where it stopped.
      if ((attachedTo ?? hub) === hub) work(port);
    }
  }

  private lost(port: Port, code: number, reason: string): void {
    this.ports.delete(port.id);
    this.attached.delete(port.id);
    port.ended(code, reason);
    if (this.ports.size === 0) this.linger();
  }

  private linger(): void {
    this.timers.set('linger', LINGER_MS, () => this.end());
  }

  private end(): void {
    if (this.over) return;
    this.yield('the tab that leads goes');
    this.over = true;
    this.election.stop();
    this.ending.abort();
    this.timers.releaseAll();
    this.channel.close();
    this.onEnd();
  }

  /** Resolves when this tab is no member any more. */
  private ended(): Promise<void> {
    return new Promise((resolve) => {
      this.ending.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private lockOf(member: string): string {
    return `${this.scope}.tab.${member}`;
  }

  private request(name: string, work: () => Promise<void>): void {
    // It rejects where this tab ends before it had the lock.
    this.environment.locks.request(name, { signal: this.ending.signal }, work).catch(() => undefined);
  }

  private post(message: TabMessage): void {
    this.channel.postMessage(message);
  }
}
