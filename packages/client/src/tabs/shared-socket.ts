import { CLOSE } from '@chat-app/protocol/pure';
import type { Socket, SocketConstructor } from '../connection/socket';
import { readClaims } from '../session/read-claims';
import { newId } from '@chat-app/protocol/pure';
import { tabEnvironment, type TabEnvironment } from './browser';
import { TabMember, type Port } from './tab-member';

const [CONNECTING, OPEN, CLOSED] = [0, 1, 3] as const;
const BEARER = 'bearer.';

interface Listeners {
  open: (event: unknown) => void;
  error: (event: unknown) => void;
  message: (event: { data: unknown }) => void;
  close: (event: { code: number; reason: string }) => void;
}

/**
 * A WebSocket for createChatClient that is one for all tabs of the browser: one tab holds the socket, the clients of the
 * others speak through it. Where the holder closes, freezes or hangs, another takes over within a second or two; its
 * clients see a connection that was lost, and do what they do then: nothing is lost or repeated. Tabs share where address,
 * user and session are the same.
 * @returns the browser's own WebSocket where tabs cannot share: each has a connection of its own then.
 */
export function sharedWebSocket(
  WebSocket: unknown = (globalThis as { WebSocket?: unknown }).WebSocket,
  environment: TabEnvironment | undefined = tabEnvironment(),
): SocketConstructor {
  const Real = WebSocket as SocketConstructor;
  if (environment === undefined) return Real;
  const { locks, BroadcastChannel } = environment;
  const members = new Map<string, TabMember>();
  const memberOf = (scope: string): TabMember => {
    const known = members.get(scope);
    if (known !== undefined) return known;
    const member = new TabMember(scope, { locks, BroadcastChannel, WebSocket: Real }, () => members.delete(scope));
    members.set(scope, member);
    return member;
  };
  return class extends SharedSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, memberOf(scopeOf(url, protocols)));
    }
  };
}

/** What tabs have to have in common: server, user and session. */
function scopeOf(url: string, protocols: readonly string[]): string {
  const token = protocols.find((each) => each.startsWith(BEARER))?.slice(BEARER.length) ?? '';
  const { sub = '', sid = '' } = readClaims(token);
  return `chat-app.tabs.1.${url.split('?')[0]}.${sub}.${sid}`;
}

/** One client's end of the shared connection. */
class SharedSocket implements Socket, Port {
  readonly id = newId();
  readyState: number = CONNECTING;
  private readonly listeners: { [Name in keyof Listeners]: Listeners[Name][] } = {
    ...{ open: [], error: [], message: [], close: [] },
  };

  constructor(
    readonly url: string,
    readonly protocols: string[],
    private readonly member: TabMember,
  ) {
    member.add(this);
  }

  addEventListener<Name extends keyof Listeners>(type: Name, listener: Listeners[Name]): void {
    this.listeners[type].push(listener);
  }

  send(text: string): void {
    if (this.readyState === OPEN) this.member.send(this, text);
  }

  close(code: number = CLOSE.normal, reason = ''): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.member.remove(this, code, reason);
  }

  received(text: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = OPEN;
    for (const listener of this.listeners.message) listener({ data: text });
  }

  ended(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    for (const listener of this.listeners.close) listener({ code, reason });
  }
}
