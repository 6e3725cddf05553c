import { connect, type Socket } from 'node:net';
import { ERRORS, FEATURES, POD_FEATURES, type OpenConnectionResponse } from '@chat-app/protocol';
import { PlatformError } from '@chat-app/platform';
import { ALICE, BOB, TestWorld, until, type TestPod } from '../../testing/test-pod';
import { TestClient, type RefusedHandshake } from '../../testing/ws-test-client';

describe('the handshake', () => {
  let world: TestWorld;
  let pod: TestPod;
  beforeEach(async () => {
    world = new TestWorld();
    pod = await world.pod({ ALLOWED_ORIGINS: ['https://chat.example'], MAX_CONNECTIONS_PER_USER: 2 });
  });
  afterEach(() => world.close());

  const token = (userId = ALICE): string => world.authentication.token(userId);

  async function refusal(url: string, options: Parameters<typeof TestClient.open>[1] = {}): Promise<RefusedHandshake> {
    const opened = TestClient.open(url, options).then(
      (client) => {
        client.socket.terminate();
        throw new Error('the handshake was not refused');
      },
      (refused: RefusedHandshake) => refused,
    );
    const refused = await opened;
    // Every refusal is a JSON error of the table, with the table's status.
    const { code, retryable } = refused.body.error;
    expect(ERRORS).toHaveProperty(code);
    expect(refused.status).toBe(ERRORS[code as keyof typeof ERRORS].status);
    expect(retryable).toBe(ERRORS[code as keyof typeof ERRORS].retryable);
    expect(refused.headers.connection).toBe('close');
    return refused;
  }

  it('welcomes the bearer of a token, by header, with and without the user in the path', async () => {
    for (const path of ['', `/${ALICE}`, `/${ALICE.toUpperCase()}`]) {
      const client = await TestClient.open(`${pod.url}${path}`, { token: token() });
      expect(await client.next('welcome')).toEqual({
        type: 'welcome',
        user_id: ALICE,
        device_id: expect.any(String) as string,
        seq: 0,
        epoch: world.persistence.epoch,
        features: [...FEATURES, ...POD_FEATURES].sort(),
        ping_interval_ms: 15_000,
        limits: { frame_bytes: 65_536, content_bytes: 16_384, unacknowledged_sends: 256 },
      });
      await client.close();
    }
  });

  it('takes a token from the offered subprotocols and echoes only chat.v1', async () => {
    const client = await TestClient.open(pod.url, { protocols: ['chat.v1', `bearer.${token()}`] });
    expect(client.socket.protocol).toBe('chat.v1');
    await client.next('welcome');
    await client.close();
  });

  it('agrees to no compression, whatever the client offers: secrets beside chosen text would show in its length', async () => {
    const client = await TestClient.open(pod.url, { token: token() });
    expect(client.socket.extensions).toBe('');
    await client.close();
  });

  it('refuses a handshake that did not come by TLS where TLS is asked for', async () => {
    const strict = await world.pod({ REQUIRE_TLS: true, TRUSTED_PROXIES: 1 });
    const by = (proto: string) => ({ token: token(), headers: { 'X-Forwarded-Proto': proto } });
    expect((await refusal(strict.url, by('http'))).body.error.code).toBe('tls_required');
    expect((await refusal(strict.url, { token: token() })).body.error.code).toBe('tls_required');
    const client = await TestClient.open(strict.url, by('https'));
    await client.next('welcome');
    await client.close();
  });

  it('keeps the device id it is given, and makes one where none is given', async () => {
    const client = await world.connect(pod, ALICE, { device: 'my-laptop' });
    expect(client.all('welcome')[0]?.device_id).toBe('my-laptop');
    const refused = await refusal(`${pod.url}?device_id=a%20b`, { token: token() });
    expect(refused.body.error).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('device_id') as string,
    });
  });

  it('refuses a missing, a bad and an expired token, and one in the query', async () => {
    const missing = await refusal(pod.url);
    expect(missing.body.error.code).toBe('unauthenticated');
    expect(missing.headers['www-authenticate']).toBe('Bearer');
    expect((await refusal(pod.url, { token: 'rubbish' })).body.error.code).toBe('token_invalid');
    expect((await refusal(`${pod.url}?token=${token()}`)).body.error.code).toBe('unauthenticated');
    const expired = world.authentication.token(ALICE, { expiresInMs: -5_000 });
    const late = await refusal(pod.url, { token: expired });
    expect(late.body.error.code).toBe('token_expired');
    expect(late.headers['www-authenticate']).toContain('invalid_token');
  });

  it('refuses the path of another user', async () => {
    expect((await refusal(`${pod.url}/${BOB}`, { token: token() })).body.error.code).toBe('wrong_user');
    expect((await refusal(`${pod.url}/me`, { token: token() })).body.error.code).toBe('wrong_user');
  });

  it('refuses pages of foreign origins, and lets in those on the list and clients without an Origin', async () => {
    const foreign = await refusal(pod.url, { token: token(), headers: { Origin: 'https://evil.example' } });
    expect(foreign.body.error.code).toBe('origin_refused');
    const own = await TestClient.open(pod.url, { token: token(), headers: { Origin: 'https://chat.example' } });
    await own.next('welcome');
    await own.close();
  });

  it('answers to its own names alone where they are given, though Origin and Host agree', async () => {
    const named = await world.pod({ ALLOWED_HOSTS: ['chat.example'] });
    const rebound = { Host: 'evil.example', Origin: 'http://evil.example' };
    expect((await refusal(named.url, { token: token(), headers: rebound })).body.error.code).toBe('origin_refused');
    const headers = { Host: 'chat.example', Origin: 'http://chat.example' };
    const own = await TestClient.open(named.url, { token: token(), headers });
    await own.next('welcome');
    await own.close();
  });

  it('says 404, 405 and 426 to what is no handshake for it', async () => {
    const base = pod.url.slice(0, -3);
    expect((await refusal(`${base}/`, { token: token() })).status).toBe(404);
    expect((await refusal(`${base}/ws/a/b`, { token: token() })).status).toBe(404);
    const old = await raw(
      pod,
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    expect(old).toMatch(/^HTTP\/1.1 426 /);
    expect(old).toContain('Sec-WebSocket-Version: 13');
    const posted = await raw(
      pod,
      'POST /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n',
    );
    expect(posted).toMatch(/^HTTP\/1.1 405 /);
    const keyless = await raw(
      pod,
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect(keyless).toMatch(/^HTTP\/1.1 400 /);
  });

  it('refuses one connection more than a user may have', async () => {
    await world.connect(pod, ALICE, { device: 'a' });
    await world.connect(pod, ALICE, { device: 'b' });
    expect((await refusal(pod.url, { token: token() })).body.error.code).toBe('too_many_connections');
    await world.connect(pod, BOB);
  });

  it('refuses one connection more than the pod may have, and says when to come back', async () => {
    const small = await world.pod({ MAX_CONNECTIONS: 1 });
    await world.connect(small, ALICE);
    const full = await refusal(small.url, { token: token(BOB) });
    expect(full.body.error.code).toBe('overloaded');
    expect(Number(full.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('answers 503 while tokens cannot be checked', async () => {
    const bearer = token();
    world.authentication.unavailable = true;
    const refused = await refusal(pod.url, { token: bearer });
    expect(refused.body.error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(refused.headers['retry-after']).toBeDefined();
  });

  it('resumes a device where it confirmed, and skips what is more than the bound behind', async () => {
    const short = await world.pod({ CATCH_UP_ENTRIES: 2 });
    for (let n = 1; n <= 5; n += 1) world.persistence.put(ALICE, messageTo(ALICE, n));
    world.persistence.cursors.set(`${ALICE}|phone`, 4);
    const phone = await world.connect(short, ALICE, { device: 'phone' });
    expect(phone.all('welcome')[0]).toMatchObject({ seq: 4 });
    expect((await phone.next('message')).seq).toBe(5);
    world.persistence.cursors.set(`${ALICE}|tablet`, 1);
    const tablet = await world.connect(short, ALICE, { device: 'tablet' });
    expect(tablet.all('welcome')[0]).toMatchObject({ seq: 3, skipped: 2 });
    expect((await tablet.next('message')).seq).toBe(4);
  });

  it('answers a handshake and welcomes in one write', async () => {
    const socket = open(pod);
    const first = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write(upgrade(token()));
    const text = (await first).toString();
    expect(text).toMatch(/^HTTP\/1.1 101 /);
    expect(text).toContain('"type":"welcome"');
    socket.destroy();
  });

  it('looks at no more tokens of an address than its budget of refusals and a turn or two, however many come at once', async () => {
    const strict = await world.pod({ REFUSED_HANDSHAKES_PER_MINUTE: 10 });
    const verify = jest.spyOn(world.authentication, 'verify');
    const refused = await Promise.all(Array.from({ length: 80 }, () => refusal(strict.url, { token: 'rubbish' })));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect(verify.mock.calls.length).toBeLessThanOrEqual(10 + 16);
  });

  it('lets one with a good token in while more with bad ones wait than it has room for', async () => {
    const small = await world.pod({ MAX_CONNECTIONS: 20 });
    const strangers = Array.from({ length: 60 }, () => refusal(small.url, { token: 'rubbish' }));
    const client = await TestClient.open(small.url, { token: token() });
    await client.next('welcome');
    expect(new Set((await Promise.all(strangers)).map(({ status }) => status))).toEqual(new Set([401]));
    await client.close();
  });

  it('answers every one of many whose welcome is late', async () => {
    const roomy = await world.pod({ MAX_CONNECTIONS_PER_USER: 100 });
    let answer: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (answer = resolve));
    for (const name of ['openConnection', 'openConnections'] as const) {
      jest.spyOn(world.persistence, name).mockImplementation(async () => {
        await late;
        throw new PlatformError('service_unavailable', 'no answer');
      });
    }
    const clients = await Promise.all(Array.from({ length: 40 }, () => TestClient.open(roomy.url, { token: token() })));
    expect(clients.flatMap(({ frames }) => frames)).toEqual([]);
    answer();
    for (const client of clients) expect(await client.next('welcome')).toMatchObject({ degraded: true });
    for (const client of clients) client.socket.terminate();
  });

  it('answers a handshake whose welcome is late, and welcomes later', async () => {
    let giveUp: (error: PlatformError) => void = () => undefined;
    const answer = new Promise<OpenConnectionResponse>((_, reject) => (giveUp = reject));
    const asked = jest.spyOn(world.persistence, 'openConnection').mockReturnValueOnce(answer);
    const client = await TestClient.open(pod.url, { token: token() });
    expect(client.frames).toEqual([]);
    giveUp(new PlatformError('service_unavailable', 'no answer'));
    expect(await client.next('welcome')).toMatchObject({ degraded: true });
    asked.mockRestore();
    await client.close();
  });

  it('survives clients that go away in the middle of it', async () => {
    for (const part of ['GET /ws HTTP/1.1\r\nHost: x\r\nUpgr', upgrade(token())]) {
      const socket = open(pod);
      socket.write(part, () => socket.resetAndDestroy());
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await until(() => pod.service.connections === 0);
    await world.connect(pod, ALICE);
  });
});

function messageTo(userId: string, n: number) {
  return {
    message_id: `00000000-0000-4000-8000-00000000000${n}`,
    conversation_id: '00000000-0000-4000-8000-0000000000ff',
    sender_id: BOB,
    recipient_id: userId,
    content: `entry ${n}`,
    sent_at: '2026-01-01T00:00:00.000Z',
  };
}

/** A whole request of this bearer. */
function upgrade(token: string): string {
  return `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${token}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
}

function open(pod: TestPod): Socket {
  const { port, hostname } = new URL(pod.url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

/** Sends bytes as they are and resolves to all that comes back. */
async function raw(pod: TestPod, text: string): Promise<string> {
  const socket = open(pod);
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(parts).toString();
}
