import { describeSystem } from '../testing/system-target';
import { refusedHandshake, type ConnectOptions } from '../testing/raw-socket';
import { call, SystemUsers, type TestUser } from '../testing/system-users';

describeSystem('handshakes that are wrong', (target) => {
  const users = new SystemUsers(target);
  const [pod] = target.websockets;
  let alice: TestUser;
  let bob: TestUser;

  beforeAll(async () => {
    [alice, bob] = (await users.registerMany(2)) as [TestUser, TestUser];
  });
  afterEach(() => users.closeAll());

  const refused = async (options: ConnectOptions): Promise<[number, string | undefined]> => {
    const { status, code } = await refusedHandshake(pod, options);
    return [status, code];
  };
  /** The token with another signature, claims or header. */
  const forged = (change: (parts: string[]) => void): string => {
    const parts = alice.token.split('.');
    change(parts);
    return parts.join('.');
  };
  const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('are refused with 401 without a token, and told how to bring one', async () => {
    const answer = await refusedHandshake(pod, {});
    expect([answer.status, answer.code, answer.retryable]).toEqual([401, 'unauthenticated', false]);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it.each<[string, () => string]>([
    ['nonsense', () => 'nonsense'],
    ['another signature', () => forged((parts) => (parts[2] = Buffer.alloc(64).toString('base64url')))],
    [
      'no signature and alg none',
      () => forged((parts) => ((parts[0] = json({ alg: 'none', typ: 'at+jwt' })), (parts[2] = ''))),
    ],
    [
      'claims of another user',
      () =>
        forged((parts) => {
          const claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString()) as Record<string, unknown>;
          parts[1] = json({ ...claims, sub: bob.id });
        }),
    ],
  ])('are refused with 401 token_invalid with a token that is %s', async (_what, token) => {
    expect(await refused({ token: token() })).toEqual([401, 'token_invalid']);
    expect(await refused({ token: token(), by: 'subprotocol' })).toEqual([401, 'token_invalid']);
  });

  it('are refused with a token in the query: it would end up in logs', async () => {
    expect(await refused({ path: `/ws?token=${alice.token}` })).toEqual([401, 'unauthenticated']);
    expect(await refused({ path: `/ws?access_token=${alice.token}` })).toEqual([401, 'unauthenticated']);
  });

  it('are refused with 403 on the path of another user', async () => {
    expect(await refused({ token: alice.token, path: `/ws/${bob.id}` })).toEqual([403, 'wrong_user']);
    expect(await refused({ token: alice.token, path: '/ws/user1' })).toEqual([403, 'wrong_user']);
  });

  it('succeed on the path of the own user, in upper case too', async () => {
    const socket = await users.connect(alice, { path: `/ws/${alice.id.toUpperCase()}` });
    expect(socket.welcome['user_id']).toBe(alice.id);
  });

  it('are refused with 404 on another path', async () => {
    for (const path of ['/ws/', `/ws/${alice.id}/more`, '/socket']) {
      expect([path, await refused({ token: alice.token, path })]).toEqual([path, [404, 'not_found']]);
    }
  });

  it.each(['', 'a b', 'x'.repeat(65), '../x', 'ä'])(
    'are refused with 400 with the device id "%s"',
    async (deviceId) => {
      expect(await refused({ token: alice.token, deviceId })).toEqual([400, 'invalid_request']);
    },
  );

  it('are told with 426 where they are none', async () => {
    const plain = await call('GET', `${pod}/ws`, { token: alice.token });
    expect([plain.status, plain.body.error.code]).toEqual([426, 'upgrade_required']);
    expect(await refused({ token: alice.token, headers: { 'Sec-WebSocket-Version': '8' } })).toEqual([
      426,
      'upgrade_required',
    ]);
  });

  it('are refused with 429 beyond the connections that a user may have on a pod', async () => {
    const open: unknown[] = [];
    try {
      for (let n = 0; n < 64; n += 1) open.push(await users.connect(bob));
    } catch (error) {
      expect(String(error)).toContain('429');
    }
    expect(open.length).toBeGreaterThanOrEqual(20);
    expect(open.length).toBeLessThan(64);
    expect(await refused({ token: bob.token })).toEqual([429, 'too_many_connections']);
    await users.connect(alice);
  });
});
