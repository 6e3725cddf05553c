import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export const USER_1 = '123e4567-e89b-12d3-a456-426614174000';
export const USER_2 = '789e0123-e45b-67d8-a901-324534567890';

export interface Frame {
  type: string;
  [field: string]: unknown;
}

/** Values in the order in which they came, and a way to wait for the next that fits. */
export class Inflow<T> {
  readonly all: T[] = [];
  private read = 0;
  private readonly waiters: { fits: (value: T) => boolean; resolve: (value: T) => void }[] = [];

  push(value: T): void {
    this.all.push(value);
    const index = this.waiters.findIndex((waiter) => waiter.fits(value));
    if (index === -1) return;
    this.read = this.all.length;
    this.waiters.splice(index, 1)[0]?.resolve(value);
  }

  /** The next value that fits and was not waited for yet; those before it are passed over. */
  next(fits: (value: T) => boolean = () => true): Promise<T> {
    for (let index = this.read; index < this.all.length; index += 1) {
      const value = this.all[index]!;
      if (fits(value)) {
        this.read = index + 1;
        return Promise.resolve(value);
      }
    }
    this.read = this.all.length;
    return new Promise((resolve) => this.waiters.push({ fits, resolve }));
  }
}

/** One connection as the server sees it. The test says what is answered. */
export class FakeConnection {
  readonly frames = new Inflow<Frame>();
  readonly closed: Promise<number>;
  readonly token: string;
  readonly deviceId: string | null;

  constructor(
    readonly socket: WebSocket,
    request: IncomingMessage,
  ) {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/, */);
    this.token = offered.find((each) => each.startsWith('bearer.'))?.slice('bearer.'.length) ?? '';
    this.deviceId = new URL(request.url ?? '/', 'http://host').searchParams.get('device_id');
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString()) as Frame));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
  }

  send(...frames: Frame[]): void {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  welcome(fields: Record<string, unknown> = {}): void {
    this.send({
      type: 'welcome',
      user_id: USER_1,
      device_id: this.deviceId ?? 'new',
      seq: 0,
      ping_interval_ms: 25_000,
      limits: { frame_bytes: 65_536, content_bytes: 16_384, unacknowledged_sends: 256 },
      ...fields,
    });
  }

  next(type: string): Promise<Frame> {
    return this.frames.next((frame) => frame.type === type);
  }

  ofType(type: string): Frame[] {
    return this.frames.all.filter((frame) => frame.type === type);
  }
}

export type HttpHandler = (
  body: Record<string, unknown>,
  request: IncomingMessage,
) => { status: number; body?: unknown };

/** A server whose behaviour the test scripts, on a real port. */
export class FakeServer {
  readonly connections = new Inflow<FakeConnection>();
  /** By method and path, for instance `POST /refresh`. */
  readonly http = new Map<string, HttpHandler>();
  /** HTTP status with which handshakes are refused. */
  refuseHandshakes: number | undefined;
  handshakes = 0;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('chat.v1') ? 'chat.v1' : false),
  });

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.answer(request, response));
    server.on('upgrade', (request, socket, head) => {
      this.handshakes += 1;
      if (this.refuseHandshakes !== undefined) {
        socket.end(`HTTP/1.1 ${this.refuseHandshakes} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (upgraded) =>
        this.connections.push(new FakeConnection(upgraded, request)),
      );
    });
  }

  static async start(): Promise<FakeServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get openConnections(): number {
    return this.sockets.clients.size;
  }

  connection(): Promise<FakeConnection> {
    return this.connections.next();
  }

  async close(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const handler = this.http.get(`${request.method} ${path}`);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    const answer = handler?.(body, request) ?? refused(404, 'not_found', false);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }
}

export function refused(status: number, code: string, retryable: boolean): { status: number; body: unknown } {
  return { status, body: { error: { code, message: code, retryable } } };
}
