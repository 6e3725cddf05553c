import { call, codeOf, json, messageOf, sceneForEachTest } from './testing/http-scene';

const scene = sceneForEachTest();

describe('input', () => {
  it('hands checked params, query and body to the handler', async () => {
    const server = await scene.start();
    expect((await call(server, 'POST', '/login', json({ name: 'ann', more: 1 }))).body).toEqual({ name: 'ann' });
    const answer = await call(server, 'GET', '/users/a%20b?limit=7');
    expect(answer.body).toEqual({ user_id: 'a b', limit: 7, address: '127.0.0.1' });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('reads the JSON body of a GET', async () => {
    expect((await call(await scene.start(), 'GET', '/login', json({ name: 'ann' }))).body).toEqual({ name: 'ann' });
  });

  it('names every faulty field without repeating what was sent', async () => {
    const answer = await call(
      await scene.start(),
      'POST',
      '/login',
      json({ name: 'hunter2-secret', age: 'old-secret' }),
    );
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { code: 'invalid_request', retryable: false } });
    expect(messageOf(answer)).toMatch(/name: .*; age: /);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('asks for a body where one is needed', async () => {
    const answer = await call(await scene.start(), 'POST', '/login');
    expect([answer.status, codeOf(answer), messageOf(answer)]).toEqual([
      400,
      'invalid_request',
      'body: a JSON object is required',
    ]);
  });

  it.each(['{"name":', 'ann', '"ann"', '5', 'null', '\u0000'])(
    'answers 400 invalid_json to the body %j',
    async (body) => {
      const answer = await call(await scene.start(), 'POST', '/login', {
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_json']);
    },
  );

  it.each([{ 'content-type': 'text/plain' }, { 'content-type': 'application/x-www-form-urlencoded' }, {}])(
    'answers 415 to a body of %j',
    async (headers) => {
      const answer = await call(await scene.start(), 'POST', '/login', {
        headers: headers,
        body: '{"name":"ann"}',
      });
      expect([answer.status, codeOf(answer)]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('takes no compressed body and no charset but UTF-8', async () => {
    const server = await scene.start();
    const { headers, body } = json({ name: 'ann' });
    const gzip = await call(server, 'POST', '/login', { headers: { ...headers, 'content-encoding': 'gzip' }, body });
    const latin = await call(server, 'POST', '/login', {
      headers: { 'content-type': 'application/json; charset=latin1' },
      body,
    });
    const utf8 = await call(server, 'POST', '/login', {
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      body,
    });
    expect([gzip.status, latin.status, utf8.status]).toEqual([415, 415, 200]);
  });

  it('answers 413 to a body beyond the limit, whether its length is told or not', async () => {
    const server = await scene.start({ bodyLimitBytes: 100 });
    const { headers, body } = json({ name: 'x'.repeat(200) });
    const told = await call(server, 'POST', '/login', { headers, body });
    expect([told.status, codeOf(told), told.headers['connection']]).toEqual([413, 'payload_too_large', 'close']);
    const chunked = await call(server, 'POST', '/login', {
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    });
    expect(chunked.status).toBe(413);
  });

  it('does not run a handler on input that __proto__ would poison', async () => {
    const answer = await call(await scene.start(), 'POST', '/login', {
      headers: { 'content-type': 'application/json' },
      body: '{"__proto__":{"name":"x"}}',
    });
    expect(answer.status).toBe(400);
  });
});
