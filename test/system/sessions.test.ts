import { setTimeout as delay } from 'node:timers/promises';
import { describeSystem } from '../testing/system-target';
import { call, SystemUsers, type Answer, type TestUser } from '../testing/system-users';

/** What makes a GET a handshake (RFC 6455, section 4.1); the key is the standard's example. */
const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describeSystem('sessions', (target) => {
  const users = new SystemUsers(target);
  let alice: TestUser;

  beforeEach(async () => {
    alice = await users.register();
  });
  afterEach(() => users.closeAll());

  const post = (path: string, body: unknown): Promise<Answer> => call('POST', target.authentication + path, { body });
  const refresh = (token: string): Promise<Answer> => post('/refresh', { refresh_token: token });

  it('log in with either method, by any case of the name', async () => {
    for (const [method, username] of [
      ['GET', alice.username],
      ['POST', alice.username.toUpperCase()],
    ] as const) {
      const answer = await call(method, `${target.authentication}/login`, {
        body: { username, password: alice.password },
      });
      expect(answer.status).toBe(200);
      expect(answer.body.user_id).toBe(alice.id);
    }
  });

  it('answer a wrong password and an unknown user alike', async () => {
    const wrong = await post('/login', { username: alice.username, password: 'not the password' });
    const unknown = await post('/login', { username: `${alice.username}x`, password: 'not the password' });
    expect([wrong.status, wrong.body]).toEqual([401, unknown.body]);
    expect(wrong.body.error).toMatchObject({ code: 'wrong_credentials', retryable: false });
    expect(unknown.status).toBe(401);
  });

  it('refresh: each refresh token gives the next, and the new access token is good', async () => {
    const next = await refresh(alice.refreshToken);
    expect(next.status).toBe(200);
    expect(next.body.refresh_token).not.toBe(alice.refreshToken);
    const list = await call('GET', `${target.persistence}/conversations`, { token: next.body.token });
    expect(list.status).toBe(200);
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
  });

  it('end where a used refresh token comes again, and its sockets with them', async () => {
    const second = await refresh(alice.refreshToken);
    const third = await refresh(second.body.refresh_token);
    const socket = await users.connect({ ...alice, token: String(third.body.token) }, { pod: 1 });
    const reused = await refresh(alice.refreshToken);
    expect([reused.status, reused.body.error.code]).toEqual([401, 'refresh_token_reused']);
    expect(await socket.closed).toBe(4500);
    const after = await refresh(third.body.refresh_token);
    expect([after.status, after.body.error.code]).toEqual([401, 'refresh_token_invalid']);
  });

  it('end with log-out: sockets on every pod are closed with 4500 and the refresh token is good no more', async () => {
    const sockets = await Promise.all([users.connect(alice, { pod: 0 }), users.connect(alice, { pod: 1 })]);
    expect((await post('/logout', { refresh_token: alice.refreshToken })).status).toBe(204);
    expect(await Promise.all(sockets.map((socket) => socket.closed))).toEqual([4500, 4500]);
    expect((await refresh(alice.refreshToken)).body.error.code).toBe('refresh_token_invalid');
    expect((await post('/logout', { refresh_token: alice.refreshToken })).status).toBe(204);
  });

  it('let nobody in with a token that outlived its session: 401 at once on every pod', async () => {
    expect((await post('/logout', { refresh_token: alice.refreshToken })).status).toBe(204);
    for (const url of target.websockets) {
      const answer = await call('GET', `${url}/ws`, {
        headers: { ...HANDSHAKE, Authorization: `Bearer ${alice.token}` },
      });
      expect([answer.status, answer.body.error.code]).toEqual([401, 'token_invalid']);
    }
  });

  it('end for the HTTP APIs too: an access token is refused within two seconds after log-out', async () => {
    const socket = await users.connect(alice);
    const apis = [`${target.persistence}/conversations`, `${target.authentication}/users/${alice.id}`];
    await post('/logout', { refresh_token: alice.refreshToken });
    const left = Date.now();
    expect(await socket.closed).toBe(4500);
    for (const url of apis) {
      let answer = await call('GET', url, { token: alice.token });
      while (answer.status === 200 && Date.now() - left < 2_000) {
        // As fast as it goes, a fast machine makes more calls than a user has.
        await delay(25);
        answer = await call('GET', url, { token: alice.token });
      }
      expect([answer.status, answer.body.error.code]).toEqual([401, 'token_invalid']);
    }
  });

  it('of one log-in are not touched by the log-out of another', async () => {
    const other = await post('/login', { username: alice.username, password: alice.password });
    const socket = await users.connect({ ...alice, token: String(other.body.token) });
    await post('/logout', { refresh_token: alice.refreshToken });
    const answer = await socket.ask({ recipient_id: alice.id, content: 'still here' });
    expect(answer.type).toBe('accepted');
  });

  it('go on in place with a newer token of the same user, and refuse any other', async () => {
    const bob = await users.register();
    const socket = await users.connect(alice);
    const next = await refresh(alice.refreshToken);
    socket.send({ type: 'authenticate', token: next.body.token });
    expect(Number((await socket.next('authenticated'))['expires_in_ms'])).toBeGreaterThan(0);
    socket.send({ type: 'authenticate', token: bob.token });
    expect(await socket.next('error')).toMatchObject({ code: 'wrong_user' });
    socket.send({ type: 'authenticate', token: 'not.a.token' });
    expect(await socket.next('error')).toMatchObject({ code: 'token_invalid' });
    expect((await socket.ask({ recipient_id: bob.id, content: 'still here' })).type).toBe('accepted');
  });

  it('of others end where the password changes, and the new password is the one that counts', async () => {
    const other = await post('/login', { username: alice.username, password: alice.password });
    const socket = await users.connect({ ...alice, token: String(other.body.token) }, { pod: 1 });
    const changed = await call('PUT', `${target.authentication}/password`, {
      token: alice.token,
      body: { password: alice.password, new_password: 'another long password' },
    });
    expect(changed.status).toBe(200);
    expect(await socket.closed).toBe(4500);
    expect((await refresh(alice.refreshToken)).status).toBe(200);
    expect((await post('/login', { username: alice.username, password: alice.password })).status).toBe(401);
    expect((await post('/login', { username: alice.username, password: 'another long password' })).status).toBe(200);
  });

  it('are listed with their devices, and end on every pod when their user ends them from another device', async () => {
    const body = { username: alice.username, password: alice.password, device_name: 'old phone' };
    const phone = (await post('/login', body)).body;
    const sockets = await Promise.all([0, 1].map((pod) => users.connect({ ...alice, token: phone.token }, { pod })));
    const list = await call('GET', `${target.authentication}/sessions`, { token: alice.token });
    const lost = list.body.sessions.find(({ device_name }) => device_name === 'old phone');
    const url = `${target.authentication}/sessions/${lost?.session_id}`;
    const { password } = alice;
    expect((await call('DELETE', url, { token: alice.token, body: { password } })).status).toBe(204);
    expect(await Promise.all(sockets.map((socket) => socket.closed))).toEqual([4500, 4500]);
    expect((await refresh(phone.refresh_token)).body.error.code).toBe('refresh_token_invalid');
    const others = { token: alice.token, body: { password } };
    expect((await call('DELETE', `${target.authentication}/sessions`, others)).status).toBe(204);
    expect((await refresh(alice.refreshToken)).status).toBe(200);
  });

  it('publish the keys by which tokens are checked, and nothing secret of them', async () => {
    const jwks = await call('GET', `${target.authentication}/.well-known/jwks.json`);
    expect(jwks.status).toBe(200);
    const keys = jwks.body.keys;
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toMatchObject({
        kty: 'EC',
        crv: 'P-256',
        alg: 'ES256',
        use: 'sig',
        kid: expect.any(String) as string,
      });
      expect(key).not.toHaveProperty('d');
    }
    const [head] = alice.token.split('.');
    const { kid, alg } = JSON.parse(Buffer.from(head!, 'base64url').toString()) as Record<string, string>;
    expect(alg).toBe('ES256');
    expect(keys.map((key) => key['kid'])).toContain(kid);
  });

  it('look up users by id and by name, and only for users', async () => {
    const bob = await users.register();
    const url = target.authentication;
    const byName = await call('GET', `${url}/users?username=${bob.username}`, { token: alice.token });
    const byId = await call('GET', `${url}/users/${bob.id}`, { token: alice.token });
    expect([byName.body, byId.body]).toEqual([
      { user_id: bob.id, username: bob.username },
      { user_id: bob.id, username: bob.username },
    ]);
    expect((await call('GET', `${url}/users/${bob.id}`)).status).toBe(401);
    const nobody = await call('GET', `${url}/users?username=${bob.username}x`, { token: alice.token });
    expect([nobody.status, nobody.body.error.code]).toEqual([404, 'unknown_user']);
  });
});
