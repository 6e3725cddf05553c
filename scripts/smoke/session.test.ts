import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { readHistory } from './api';
import { SmokeConnection } from './smoke-connection';
import { Session } from './session';

/** Authentication and persistence as far as tokens go: only the newest token is good. */
class Services {
  issued = 1;
  refreshes: unknown[] = [];
  private constructor(readonly server: Server) {}

  static async start(): Promise<Services> {
    const server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const [status, body] = services.#answer(request.url ?? '', request.headers.authorization, chunks);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      })();
    });
    const services = new Services(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return services;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  session(expires_in: number): Session {
    return new Session(`http://${this.host}`, this.#tokens(expires_in));
  }

  #answer(url: string, authorization: string | undefined, chunks: Buffer[]): [number, unknown] {
    if (url !== '/refresh') {
      return authorization === `Bearer token-${this.issued}` ? [200, { messages: [], more: false }] : [401, {}];
    }
    this.refreshes.push(JSON.parse(Buffer.concat(chunks).toString()));
    this.issued += 1;
    return [200, this.#tokens(600)];
  }

  #tokens(expires_in: number) {
    return { user_id: 'u', token: `token-${this.issued}`, expires_in, refresh_token: `refresh-${this.issued}` };
  }
}

describe('a session of the load', () => {
  let services: Services;
  beforeEach(async () => (services = await Services.start()));
  afterEach(() => {
    services.server.closeAllConnections();
    services.server.close();
  });

  it('reads the history of a run that took longer than an access token lives', async () => {
    // Nothing is left of the lifetime: what a run of ten minutes comes to.
    const user = { id: 'u', username: 'ada', session: services.session(0) };
    await expect(readHistory(`http://${services.host}`, user, 'c', Date.now() + 5_000)).resolves.toEqual([]);
    expect(services.refreshes).toEqual([{ refresh_token: 'refresh-1', attempt_id: expect.any(String) as string }]);
  });

  it('is renewed once, however many ask for a token meanwhile, and not before it must be', async () => {
    const session = services.session(0);
    const tokens = await Promise.all([session.token(), session.token(), session.token()]);
    expect(tokens).toEqual(['token-2', 'token-2', 'token-2']);
    expect(await session.token()).toBe('token-2');
    expect(await session.token('token-2')).toBe('token-3');
  });

  it('gives an open socket a newer token when its own is about to expire', async () => {
    const sockets = new WebSocketServer({ server: services.server });
    const opened = new Promise<[WebSocket, string | undefined]>((resolve) =>
      sockets.on('connection', (socket, request) => resolve([socket, request.headers.authorization])),
    );
    const user = { id: 'u', username: 'ada', session: services.session(600) };
    const connection = new SmokeConnection(`ws://${services.host}/ws`, user);
    try {
      const [socket, authorization] = await opened;
      expect(authorization).toBe('Bearer token-1');
      const frame = new Promise((resolve) =>
        socket.on('message', (data: Buffer) => resolve(JSON.parse(data.toString()))),
      );
      socket.send(JSON.stringify({ type: 'token_expiring', after_ms: 30_000 }));
      await expect(frame).resolves.toEqual({ type: 'authenticate', token: 'token-2' });
    } finally {
      connection.close();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    }
  });
});
