import { base, call, CALLER, codeOf, Names, routes, sceneForEachTest } from './testing/http-scene';
import { route } from './route';

const scene = sceneForEachTest();

describe('access', () => {
  const bearer = (token: string) => ({ headers: { authorization: token } });

  it('gives the handler of a user route its caller', async () => {
    const server = await scene.start();
    expect((await call(server, 'GET', '/me', bearer('Bearer good'))).body).toEqual(CALLER);
    expect((await call(server, 'GET', '/me', bearer('bearer good'))).status).toBe(200);
  });

  it.each([
    [undefined, 'unauthenticated', 'Bearer'],
    ['Basic abc', 'unauthenticated', 'Bearer'],
    ['Bearer', 'unauthenticated', 'Bearer'],
    ['Bearer bad', 'token_invalid', /^Bearer error="invalid_token"/],
    ['Bearer old', 'token_expired', /expired/],
  ])('answers 401 to Authorization: %s', async (header, code, challenge) => {
    const answer = await call(await scene.start(), 'GET', '/me', header === undefined ? {} : bearer(header));
    expect([answer.status, codeOf(answer)]).toEqual([401, code]);
    expect(answer.headers['www-authenticate']).toMatch(challenge);
  });

  it('answers 503, not 401, while no token can be verified', async () => {
    const answer = await call(await scene.start(), 'GET', '/me', bearer('Bearer unknowable'));
    expect([answer.status, codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'unavailable', '1']);
  });

  it('lets only holders of the secret call internal routes', async () => {
    const server = await scene.start();
    const status = async (headers: Record<string, string>) =>
      (await call(server, 'POST', '/internal', { headers })).status;
    expect(await status({ 'x-internal-secret': 'open sesame' })).toBe(200);
    expect(await status({ 'x-internal-secret': 'open sesam' })).toBe(401);
    expect(await status({ 'x-internal-secret': '' })).toBe(401);
    expect(await status({})).toBe(401);
  });

  it('checks access before it looks at the input', async () => {
    const secret = route({
      ...base,
      method: 'POST',
      path: '/x',
      access: 'user',
      body: Names,
      handle: async () => ({ status: 200 }),
    });
    const answer = await call(await scene.start({ routes: [secret] }), 'POST', '/x', {
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    });
    expect(answer.status).toBe(401);
  });

  it('does not start without what its routes need', async () => {
    await expect(scene.start({ routes: routes(), verifier: undefined as never })).rejects.toThrow(
      '/me is for users: give a verifier',
    );
    await expect(scene.start({ internalSecret: undefined as never })).rejects.toThrow(
      '/internal is internal: give internalSecret',
    );
    await expect(scene.start({ errors: {} })).rejects.toThrow('the error table lacks invalid_json');
  });

  it('takes the client’s address from as many proxies as are trusted, no more', async () => {
    const headers = { 'x-forwarded-for': '6.6.6.6, 1.2.3.4' };
    const address = async (trustedProxies: number) =>
      ((await call(await scene.start({ trustedProxies }), 'GET', '/users/1', { headers })).body as { address: string })
        .address;
    expect(await address(0)).toBe('127.0.0.1');
    expect(await address(1)).toBe('1.2.3.4');
  });
});
