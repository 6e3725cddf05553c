import { USER_1, USER_2, refused } from '../testing/fake-server';
import { session } from '../testing/recorded-client';
import { sceneForEachTest } from '../testing/scene';

const scene = sceneForEachTest();

describe('tokens', () => {
  it('refreshes before the token expires and authenticates in place', async () => {
    scene.server.http.set('POST /refresh', (body) => ({
      status: 200,
      body: session(600, `after ${String(body['refresh_token'])}`, 'refresh-2'),
    }));
    const { connection, events } = await scene.online();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    expect((await connection.next('authenticate'))['token']).toBe('after refresh-1');
    expect(await events.session.next()).toMatchObject({ refresh_token: 'refresh-2' });
    expect(scene.server.handshakes).toBe(1);
  });

  it('uses a refresh token once, however many need a newer token', async () => {
    let refreshes = 0;
    scene.server.http.set('POST /refresh', () => ({ status: 200, body: session(600, `token-${++refreshes + 1}`) }));
    scene.server.http.set('GET /users', (_body, request) =>
      request.headers.authorization === 'Bearer token-2'
        ? { status: 200, body: { user_id: USER_2, username: 'user2' } }
        : refused(401, 'token_expired', false),
    );
    const { client, connection } = await scene.online();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    const found = await Promise.all([client.findUser('user2'), client.findUser('user2'), client.findUser('user2')]);
    expect(found.map((user) => user.user_id)).toEqual([USER_2, USER_2, USER_2]);
    expect(refreshes).toBe(1);
  });

  it('tries a refresh again that failed for the moment', async () => {
    let tries = 0;
    scene.server.http.set('POST /refresh', () =>
      ++tries === 1 ? refused(503, 'unavailable', true) : { status: 200, body: session(600, 'token-2') },
    );
    const { connection } = await scene.online();
    connection.send({ type: 'token_expiring', after_ms: 5_000 });
    expect((await connection.next('authenticate'))['token']).toBe('token-2');
    expect(tries).toBe(2);
  });

  it('is signed out where the refresh token is refused', async () => {
    scene.server.http.set('POST /refresh', () => refused(401, 'refresh_token_reused', false));
    const { connection, events } = await scene.online();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    expect(await events.connection.next((status) => status.state === 'signed_out')).toMatchObject({
      reason: 'refresh_token_reused',
    });
    await connection.closed;
  });

  it('refreshes before it connects again after 4001', async () => {
    scene.server.http.set('POST /refresh', () => ({ status: 200, body: session(600, 'token-2') }));
    const { connection } = await scene.online();
    connection.socket.close(4001);
    expect((await scene.server.connection()).token).toBe('token-2');
  });

  it('refreshes before it connects with a token that expired', async () => {
    scene.server.http.set('POST /refresh', () => ({ status: 200, body: session(600, 'token-2') }));
    await scene.start({ session: session(-1) });
    expect((await scene.server.connection()).token).toBe('token-2');
  });

  it('finds out that it is signed out where handshakes are refused and nobody says why', async () => {
    scene.server.refuseHandshakes = 401;
    scene.server.http.set('POST /refresh', () => refused(401, 'refresh_token_invalid', false));
    const { events } = await scene.start();
    await events.connection.next((status) => status.state === 'signed_out');
    expect(scene.server.handshakes).toBe(2);
  });

  it('asks getToken for each newer token', async () => {
    const claims = Buffer.from(JSON.stringify({ sub: USER_1, exp: Date.now() / 1_000 + 600 })).toString('base64url');
    let asked = 0;
    const { client } = await scene.start({ getToken: () => `h.${claims}.${++asked}` });
    const connection = await scene.server.connection();
    expect(connection.token).toBe(`h.${claims}.1`);
    expect(client.userId).toBe(USER_1);
    connection.welcome();
    connection.send({ type: 'token_expiring', after_ms: 1_000 });
    expect((await connection.next('authenticate'))['token']).toBe(`h.${claims}.2`);
  });
});
