/** What this client uses of a WebSocket: that of browsers, of Node (22 and later) and of `ws` all have it. */
export interface Socket {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: (event: unknown) => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  /** Of `ws` alone: shows pings. */
  on?(event: 'ping', listener: () => void): unknown;
  /** Of `ws` alone: ends the connection without waiting for the other side. */
  terminate?(): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => Socket;

/** @throws TypeError where there is no WebSocket and none was given. */
export function socketConstructor(given: unknown): SocketConstructor {
  const found = given ?? (globalThis as { WebSocket?: unknown }).WebSocket;
  if (typeof found === 'function') return found as SocketConstructor;
  throw new TypeError(
    'this runtime has no WebSocket: give one (options.WebSocket), for instance that of the package ws',
  );
}
