import { randomUUID } from 'node:crypto';
import { describeSystem } from '../testing/system-target';
import { call, SystemUsers, type Answer, type TestUser } from '../testing/system-users';

describeSystem('HTTP calls that are wrong', (target) => {
  const users = new SystemUsers(target);
  const { authentication, persistence } = target;
  let alice: TestUser;

  beforeAll(async () => {
    alice = await users.register();
  });

  const verdict = (answer: Answer): [number, string] => {
    expect(answer.body).toEqual({
      error: expect.objectContaining({
        code: expect.any(String) as string,
        message: expect.any(String) as string,
        retryable: false,
      }) as unknown,
    });
    return [answer.status, String(answer.body.error.code)];
  };

  it.each<[string, string | Buffer, string]>([
    ['malformed', '{"username":', 'invalid_json'],
    ['no object', '"user1"', 'invalid_json'],
    ['of the wrong shape', '[]', 'invalid_request'],
    ['without its fields', '{}', 'invalid_request'],
    ['with fields of the wrong type', '{"username":1,"password":[]}', 'invalid_request'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'invalid_json'],
  ])('get 400 for a body that is %s', async (_what, text, code) => {
    expect(verdict(await call('POST', `${authentication}/login`, { text }))).toEqual([400, code]);
    expect(verdict(await call('GET', `${authentication}/login`, { text }))).toEqual([400, code]);
    expect(verdict(await call('POST', `${persistence}/conversations`, { text, token: alice.token }))).toEqual([
      400,
      code,
    ]);
  });

  it('name the field that is wrong', async () => {
    const answer = await call('POST', `${authentication}/register`, { body: { username: 'fine', password: 'short' } });
    expect(verdict(answer)).toEqual([400, 'invalid_request']);
    expect(answer.body.error.message).toContain('password');
    expect(answer.text).not.toContain('short');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data'])(
    'get 415 for a body of type %s',
    async (type) => {
      const headers = { 'Content-Type': type };
      const body = { username: 'user1', password: 'pwd1' };
      expect(verdict(await call('POST', `${authentication}/login`, { body, headers }))).toEqual([
        415,
        'unsupported_media_type',
      ]);
    },
  );

  it('get 413 for a body that is too large', async () => {
    const body = { username: 'x'.repeat(200_000), password: 'x' };
    expect(verdict(await call('POST', `${authentication}/login`, { body }))).toEqual([413, 'payload_too_large']);
  });

  it('get 405 for a wrong method, with the right ones in Allow', async () => {
    for (const [method, url] of [
      ['DELETE', `${authentication}/login`],
      ['GET', `${authentication}/register`],
      ['PUT', `${persistence}/conversations`],
    ] as const) {
      const answer = await call(method, url, { token: alice.token });
      expect(verdict(answer)).toEqual([405, 'method_not_allowed']);
      expect(answer.headers['allow']).toMatch(/GET|POST/);
    }
  });

  it('get 404 for an unknown path, as JSON', async () => {
    for (const url of [`${authentication}/nope`, `${persistence}/nope`, `${persistence}/conversations/x/y/z`]) {
      expect(verdict(await call('GET', url, { token: alice.token }))).toEqual([404, 'not_found']);
    }
  });

  it('get nothing from internal paths', async () => {
    for (const url of [
      `${authentication}/internal/users/unknown`,
      `${persistence}/internal/connections`,
      `${persistence}/internal/connections/batch`,
      `${persistence}/internal/inboxes`,
      `${persistence}/internal/heads`,
    ]) {
      const answer = await call('POST', url, { token: alice.token, body: { user_ids: [] } });
      expect(verdict(answer)).toEqual([404, 'not_found']);
    }
  });

  it('get 401 without a token or with one that is not good', async () => {
    const url = `${persistence}/conversations`;
    const none = await call('GET', url);
    expect(verdict(none)).toEqual([401, 'unauthenticated']);
    expect(none.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(verdict(await call('GET', url, { token: 'nonsense' }))).toEqual([401, 'token_invalid']);
    const [head, claims] = alice.token.split('.');
    expect(verdict(await call('GET', url, { token: `${head}.${claims}.` }))).toEqual([401, 'token_invalid']);
    expect(verdict(await call('GET', `${url}?token=${alice.token}`))).toEqual([401, 'unauthenticated']);
  });

  it('refuse ids that are none, and pages that are too large', async () => {
    const get = (path: string): Promise<Answer> => call('GET', persistence + path, { token: alice.token });
    expect(verdict(await get('/conversations/not-an-id/messages'))).toEqual([400, 'invalid_request']);
    expect(verdict(await get('/conversations?limit=101'))).toEqual([400, 'invalid_request']);
    expect(verdict(await get(`/conversations/${randomUUID()}/messages`))).toEqual([404, 'unknown_conversation']);
  });

  it('refuse a name that is taken, whatever its case', async () => {
    const again = { username: alice.username.toUpperCase(), password: 'a long enough password' };
    expect(verdict(await call('POST', `${authentication}/register`, { body: again }))).toEqual([409, 'username_taken']);
  });

  it.each(['', 'with space', 'x'.repeat(65), 'semi;colon', 'nul\u0000'])(
    'refuse the user name "%s"',
    async (username) => {
      const body = { username, password: 'a long enough password' };
      expect(verdict(await call('POST', `${authentication}/register`, { body }))).toEqual([400, 'invalid_request']);
    },
  );

  it('refuse group titles and member lists beyond their bounds', async () => {
    const create = (body: unknown): Promise<Answer> => users.api(alice, 'POST', '/conversations', body);
    expect(verdict(await create({ title: '', member_ids: [] }))).toEqual([400, 'invalid_request']);
    expect(verdict(await create({ title: 'x'.repeat(201), member_ids: [] }))).toEqual([400, 'invalid_request']);
    expect(verdict(await create({ title: 'x', member_ids: ['user1'] }))).toEqual([400, 'invalid_request']);
    expect(verdict(await create({ title: 'nul\u0000', member_ids: [] }))).toEqual([400, 'invalid_request']);
  });

  it('do not tell what they run on', async () => {
    const answer = await call('GET', `${authentication}/nope`);
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});
