import { WebSocket, type ClientOptions } from 'ws';

/** A WebSocket of a load generator: text in, text out. */
export interface Socket {
  send: (text: string) => void;
  close: () => void;
}

/**
 * Opens a socket. `onText` is told of each text frame and calls `ready` once the user is connected: only then this resolves.
 * @throws where the socket fails or ends before
 */
export function openSocket(
  url: string,
  onText: (text: string, ready: () => void, socket: Socket) => void,
  options: ClientOptions & { protocols?: string[]; onOpen?: (socket: Socket) => void } = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, options.protocols ?? [], { perMessageDeflate: false, ...options });
    const socket: Socket = {
      send: (text) => ws.send(text),
      close: () => {
        ws.removeAllListeners('message');
        ws.terminate();
      },
    };
    const ready = (): void => resolve(socket);
    // After it resolved a rejection is nothing; what a lost connection costs shows as lost messages.
    ws.on('error', reject);
    ws.on('close', (code) => reject(new Error(`${url} closed with ${code}`)));
    ws.on('open', () => options.onOpen?.(socket));
    ws.on('message', (data: Buffer) => onText(data.toString(), ready, socket));
  });
}
