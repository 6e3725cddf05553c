import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { socketFactory } from './connection-options';

/** Certificates as a replaced authority leaves them: two authorities, and a server of each. */
describe('a connection to brokers whose authority is being replaced', () => {
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  const mounted = join(directory, 'mounted');
  const servers = new Map<string, tls.Server>();
  beforeAll(async () => {
    mkdirSync(mounted);
    for (const name of ['old', 'new']) servers.set(name, await serve(directory, name));
    copyFileSync(join(directory, 'old-ca.crt'), join(mounted, 'ca.crt'));
  });
  afterAll(() => {
    for (const server of servers.values()) server.close();
    rmSync(directory, { recursive: true });
  });
  const ports = () => [...servers.values()].map((server) => (server.address() as AddressInfo).port);

  it('is made to brokers of the old and of the new one, and only to the new once the old is taken away', async () => {
    const connect = socketFactory({ caFile: mounted });
    const outcomes = () => Promise.all(ports().map((port) => outcomeOf(connect, port)));
    expect(await outcomes()).toEqual(['connected', expect.stringMatching(/certificate/)]);
    // What Strimzi does to the Secret first, before any broker has a certificate of the new one.
    renameSync(join(mounted, 'ca.crt'), join(mounted, 'ca-2026-11-27T10-00-00Z.crt'));
    copyFileSync(join(directory, 'new-ca.crt'), join(mounted, 'ca.crt'));
    expect(await outcomes()).toEqual(['connected', 'connected']);
    rmSync(join(mounted, 'ca-2026-11-27T10-00-00Z.crt'));
    expect(await outcomes()).toEqual([expect.stringMatching(/certificate/), 'connected']);
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

/** A TLS server at localhost with a certificate of an authority of that name. */
async function serve(directory: string, name: string): Promise<tls.Server> {
  const at = (file: string) => join(directory, `${name}-${file}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  // Strimzi's authorities have the same subject before and after.
  openssl(
    'req',
    '-x509',
    ...key,
    '-subj',
    '/O=io.strimzi/CN=cluster-ca',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
  );
  openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr'));
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost');
  const authority = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')];
  openssl('x509', '-req', '-in', at('server.csr'), ...authority, '-out', at('server.crt'));
  const server = tls.createServer({ key: readFileSync(at('server.key')), cert: readFileSync(at('server.crt')) });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}
