import { BEARER_SUBPROTOCOL_PREFIX, CLOSE, SUBPROTOCOL } from '@chat-app/protocol/pure';
import { monotonicNow } from '../state/clock';
import { Timers } from '../state/timers';
import { readFrame, type Incoming, type WelcomeFrame } from './read-frame';
import type { Socket, SocketConstructor } from './socket';

const OPEN = 1;
/** A ping may be late, hardly by this much. */
const STALE_INTERVALS = 1.5;

/** Why a link ended. */
export interface LinkEnd {
  code: number;
  reason: string;
  /** Whether a welcome had come. */
  welcomed: boolean;
}

export interface LinkOptions {
  WebSocket: SocketConstructor;
  url: string;
  token: string;
  /** Time within which `welcome` must come. */
  welcomeTimeoutMs: number;
  onWelcome(welcome: WelcomeFrame): void;
  /** Every frame after `welcome`. */
  onFrame(frame: Incoming): void;
  /** Called once, unless close() was called before. */
  onEnd(end: LinkEnd): void;
}

/** One connection. */
export interface Link {
  /** @returns false where the connection is not open: nothing was sent. */
  send(frame: object): boolean;
  /** Ends the connection without a call of onEnd. */
  close(): void;
  /** Ends the connection at once as one whose other side is gone: onEnd is called before this returns. */
  giveUp(code: number, reason: string): void;
  /** Ends it so where it was silent for longer than a server that lives is. For when timers did not run meanwhile. */
  giveUpIfStale(): void;
}

/**
 * Opens a connection and watches over it. States: `opening` → (`welcome`) → `open` → `ended`; any state may end.
 *
 * Death of the connection is noticed by its `close` event; by a welcome that does not come; and by the silence of two ping
 * intervals, where the server's pings can be seen: those that are frames (the feature `ping`) everywhere, those of the
 * WebSocket with `ws` alone. With another server a browser has only the operating system's and the server's timeouts,
 * and sends that stay unanswered.
 */
export function openLink(options: LinkOptions): Link {
  const timers = new Timers();
  let ended = false;
  let welcomed = false;
  let pingIntervalMs: number | undefined;
  /** By monotonicNow(), and by the time of day, which goes on where a machine sleeps. */
  let receivedAt = { monotonic: 0, wall: 0 };
  let fault = '';

  const end = (code: number, reason: string): void => {
    if (ended) return;
    ended = true;
    timers.releaseAll();
    options.onEnd({ code, reason, welcomed });
  };
  const dispose = (code: number, reason: string): void => {
    if (socket.terminate !== undefined && code !== CLOSE.normal) socket.terminate();
    else socket.close(code, reason);
  };
  const giveUp = (code: number, reason: string): void => {
    if (ended) return;
    dispose(code, reason);
    end(code, reason);
  };
  const alive = (): void => {
    if (pingIntervalMs === undefined || ended) return;
    receivedAt = { monotonic: monotonicNow(), wall: Date.now() };
    timers.set('silence', 2 * pingIntervalMs, () => giveUp(CLOSE.ping_timeout, 'no ping came'));
  };
  const received = (data: unknown): void => {
    if (ended) return;
    alive();
    const frame = readFrame(data);
    if (frame === undefined) return;
    if (frame.type !== 'welcome') {
      if (welcomed) options.onFrame(frame);
      return;
    }
    if (welcomed) return;
    welcomed = true;
    timers.clear('welcome');
    const seesPings = frame.features?.includes('ping') === true || typeof socket.on === 'function';
    if (seesPings && frame.ping_interval_ms > 0) {
      pingIntervalMs = frame.ping_interval_ms;
      socket.on?.('ping', alive);
      alive();
    }
    options.onWelcome(frame);
  };

  const socket: Socket = new options.WebSocket(options.url, [SUBPROTOCOL, BEARER_SUBPROTOCOL_PREFIX + options.token]);
  timers.set('welcome', options.welcomeTimeoutMs, () => giveUp(CLOSE.ping_timeout, 'no welcome came'));
  socket.addEventListener('message', (event) => received(event.data));
  socket.addEventListener('close', (event) => end(event.code, event.reason === '' ? fault : event.reason));
  // A `close` event follows; without this listener ws would throw. Browsers do not say what was wrong, ws does.
  socket.addEventListener('error', (event) => {
    fault = (event as { message?: string }).message ?? '';
  });
  return {
    send(frame) {
      if (ended || socket.readyState !== OPEN) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    close() {
      if (ended) return;
      ended = true;
      timers.releaseAll();
      dispose(CLOSE.normal, '');
    },
    giveUp,
    giveUpIfStale() {
      if (pingIntervalMs === undefined) return;
      const silence = Math.max(monotonicNow() - receivedAt.monotonic, Date.now() - receivedAt.wall);
      if (silence > STALE_INTERVALS * pingIntervalMs) giveUp(CLOSE.ping_timeout, 'no ping came');
    },
  };
}
