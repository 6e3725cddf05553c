import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { secretOf, silentLogger } from '@chat-app/platform';
import { TestAuthority, type TestCertificate } from '../../../../test/testing/test-authority';
import { socketFactory } from './connection-options';
import { createKafkaMessageLog } from './message-log-kafka';

/** Certificates as a replaced authority leaves them: two authorities, and a server of each. */
describe('a connection to brokers', () => {
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  const mounted = join(directory, 'mounted');
  const servers: tls.Server[] = [];
  let [old, next]: TestAuthority[] = [];
  beforeAll(() => {
    [old, next] = ['old', 'new'].map((name) => new TestAuthority(directory, name));
    mkdirSync(mounted);
  });
  beforeEach(() => copyFileSync(old!.caFile, join(mounted, 'ca.crt')));
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** A TLS server at localhost. @returns its port */
  async function serve(certificate: TestCertificate, onConnection: (socket: tls.TLSSocket) => void = () => undefined) {
    const server = tls.createServer(certificate, onConnection);
    servers.push(server);
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    return { server, port: (server.address() as AddressInfo).port };
  }

  it('is made to those of the old and of the new authority, and only to the new once the old is taken away', async () => {
    const ports = [await serve(old!.issue('localhost')), await serve(next!.issue('localhost'))].map(({ port }) => port);
    const connect = socketFactory({ caFile: mounted });
    const outcomes = () => Promise.all(ports.map((port) => outcomeOf(connect, port)));
    expect(await outcomes()).toEqual(['connected', expect.stringMatching(/certificate/)]);
    // What Strimzi does to the Secret first, before any broker has a certificate of the new one.
    renameSync(join(mounted, 'ca.crt'), join(mounted, 'ca-2026-11-27T10-00-00Z.crt'));
    copyFileSync(next!.caFile, join(mounted, 'ca.crt'));
    expect(await outcomes()).toEqual(['connected', 'connected']);
    rmSync(join(mounted, 'ca-2026-11-27T10-00-00Z.crt'));
    expect(await outcomes()).toEqual([expect.stringMatching(/certificate/), 'connected']);
  });

  it.each([
    ['of another authority', () => next!.issue('localhost')],
    ['for another name', () => old!.issue('elsewhere')],
  ])('that show a certificate %s is refused, and nothing is said to them', async (_, certificate) => {
    const received: Buffer[] = [];
    const { server, port } = await serve(certificate(), (socket) => {
      socket.on('error', () => undefined).on('data', (data: Buffer) => void received.push(data));
    });
    const refused = new Promise<void>((resolve) => {
      server.on('connection', (socket: Socket) => socket.once('close', () => resolve()));
    });
    const log = createKafkaMessageLog({
      brokers: [`localhost:${port}`],
      clientId: 'test',
      tls: { caFile: mounted },
      sasl: { mechanism: 'plain', username: 'user', password: secretOf('password') },
      logger: silentLogger,
      appendTimeoutMs: 500,
    });
    const append = log.append({ topic: 'messages', key: 'k', value: 'secret', headers: {} });
    append.catch(() => undefined);
    await refused;
    await log.close();
    await expect(append).rejects.toThrow();
    expect(received).toEqual([]);
  });
});

function outcomeOf(connect: ReturnType<typeof socketFactory>, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect({
      host: 'localhost',
      port,
      onConnect: () => {
        socket.destroy();
        resolve('connected');
      },
    });
    socket.on('error', (error) => resolve(error.message));
  });
}
