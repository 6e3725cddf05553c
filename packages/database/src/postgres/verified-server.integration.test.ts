import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import { TestAuthority, type TestCertificate } from '../../../../test/testing/test-authority';
import { createPostgresDatabase } from './database-postgres';

/** SSLRequest (PostgreSQL's protocol, section 54.7): its length, and a code. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

describe('the certificate of PostgreSQL', () => {
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  let [trusted, stranger]: TestAuthority[] = [];
  let server: Server | undefined;
  beforeAll(() => ([trusted, stranger] = ['trusted', 'stranger'].map((name) => new TestAuthority(directory, name))));
  afterEach(() => server?.close());
  afterAll(() => rmSync(directory, { recursive: true }));

  /** As much of PostgreSQL as a handshake sees. What a client says once TLS stands is in `received`, and ends the connection. */
  async function serve(certificate: TestCertificate): Promise<{ port: number; received: Buffer[] }> {
    const received: Buffer[] = [];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (request: Buffer) => {
        expect(request).toEqual(SSL_REQUEST);
        socket.write('S');
        const inside = new TLSSocket(socket, { isServer: true, ...certificate });
        inside.on('error', () => undefined);
        inside.on('data', (said: Buffer) => {
          received.push(said);
          inside.destroy();
        });
      });
    }).listen(0, 'localhost');
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, received };
  }

  async function connectTo(certificate: TestCertificate) {
    const { port, received } = await serve(certificate);
    const database = createPostgresDatabase({
      host: 'localhost',
      port,
      user: 'chat',
      password: secretOf('password'),
      tlsCaFile: trusted!.caFile,
      applicationName: 'test',
      logger: silentLogger,
      metrics: new Metrics('test'),
    });
    try {
      const failure: unknown = await database
        .query({ name: 'one', text: 'select 1' }, [])
        .catch((error: unknown) => error);
      return { failure: causesOf(failure), received: Buffer.concat(received).toString() };
    } finally {
      await database.close();
    }
  }

  it('of the right authority and name is believed', async () => {
    expect((await connectTo(trusted!.issue('localhost'))).received).toContain('chat');
  });

  it('of another authority is refused before anything is said', async () => {
    const { failure, received } = await connectTo(stranger!.issue('localhost'));
    expect(failure).toMatch(/certificate/);
    expect(received).toBe('');
  });

  it('for another name is refused before anything is said', async () => {
    const { failure, received } = await connectTo(trusted!.issue('elsewhere'));
    expect(failure).toMatch(/altnames/);
    expect(received).toBe('');
  });
});

function causesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${causesOf(error.cause)}` : '';
}
