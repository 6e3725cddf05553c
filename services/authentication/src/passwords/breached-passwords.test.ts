import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metricValue, PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

const BREACHED = 'a long one that leaked';
const PADDED = 'a long one that did not';

describe('passwords known from breaches', () => {
  let server: Server;
  let service: Harness;
  let asked: IncomingMessage[];
  let answer: (response: ServerResponse, prefix: string) => void;

  const hashOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();
  /** As the protocol has it: the rest of each hash with its count, and padding with a count of 0. */
  const range = (response: ServerResponse, prefix: string): void => {
    const lines = [[BREACHED, 42] as const, [PADDED, 0] as const]
      .filter(([password]) => hashOf(password).startsWith(prefix))
      .map(([password, count]) => `${hashOf(password).slice(5)}:${count}`);
    response.end([`${'0'.repeat(35)}:7`, ...lines].join('\r\n'));
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      answer(response, request.url?.slice('/range/'.length) ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const BREACHED_PASSWORDS_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`;
    service = await startHarness({ configuration: { BREACHED_PASSWORDS_URL, BREACHED_PASSWORDS_TIMEOUT_MS: 200 } });
  });
  beforeEach(() => {
    asked = [];
    answer = range;
  });
  afterAll(async () => {
    await service.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const register = (username: string, password: string) => service.call('POST', '/register', { username, password });
  const checks = (outcome: string) =>
    metricValue(service.metrics, 'chat_authentication_breach_checks_total', { outcome });

  it('are refused where one registers and where one changes it, and others are taken', async () => {
    expect(await register('first', BREACHED)).toMatchObject({ status: 400, error: { code: 'password_too_common' } });
    const { token } = await service.registered('first', PADDED);
    const change = (new_password: string) =>
      service.callAs(token, 'PUT', '/password', { password: PADDED, new_password });
    expect(await change(BREACHED)).toMatchObject({ status: 400, error: { code: 'password_too_common' } });
    expect(await change('one that nobody knows')).toMatchObject({ status: 200 });
    expect(await checks('breached')).toBe(2);
  });

  it('are asked for by five digits of their hash and nothing else, with padding', async () => {
    await service.registered('second', PADDED);
    expect(asked.map(({ url }) => url)).toEqual([`/range/${hashOf(PADDED).slice(0, 5)}`]);
    expect(asked[0]?.headers['add-padding']).toBe('true');
    expect(asked[0]?.method).toBe('GET');
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['does not answer', () => undefined],
    ['answers 500', (response) => response.writeHead(500).end()],
    ['sends one elsewhere', (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
    ['answers without end', (response) => void response.end(Buffer.alloc(2_000_000, 'x'))],
  ])('keep nobody from registering where the service that knows them %s', async (how, badly) => {
    const failed = (await checks('failed')) ?? 0;
    answer = badly;
    await service.registered(`third-${how.replaceAll(' ', '-')}`, BREACHED);
    expect(await checks('failed')).toBe(failed + 1);
  });

  it('are not asked for where no service is named', async () => {
    const plain = await startHarness({ database: service.database });
    try {
      await plain.registered('fourth', BREACHED);
      await plain.logIn('fourth', PASSWORD);
      expect(asked).toEqual([]);
    } finally {
      await plain.close();
    }
  });
});
