import { METHODS } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, codeOf, sceneForEachTest } from './testing/http-scene';

const scene = sceneForEachTest();

describe('headers and metrics', () => {
  it('sends security headers, no x-powered-by, and forbids caching', async () => {
    const { headers } = await call(await scene.start(), 'GET', '/users/1');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    });
  });

  it('asks browsers to keep to TLS on this host alone, unless told more', async () => {
    const { headers } = await call(await scene.start(), 'GET', '/users/1');
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    const strictTransportSecurity = 'max-age=63072000; includeSubDomains';
    const told = await call(await scene.start({ strictTransportSecurity }), 'GET', '/users/1');
    expect(told.headers['strict-transport-security']).toBe(strictTransportSecurity);
  });

  it('gives a route the address of the client as proxies write it', async () => {
    const server = await scene.start({ trustedProxies: 1 });
    for (const forwarded of ['203.0.113.8:51234', '198.51.100.1, "203.0.113.8:1"', '[::ffff:203.0.113.8]:443']) {
      const { body } = await call(server, 'GET', '/users/1', { headers: { 'x-forwarded-for': forwarded } });
      expect(body).toMatchObject({ address: '203.0.113.8' });
    }
  });

  it('measures by server, method, route and status, all of bounded values', async () => {
    const server = await scene.start();
    await call(server, 'GET', '/users/1');
    await call(server, 'GET', '/users/2?limit=x');
    await call(server, 'GET', '/made-up');
    await call(server, 'PROPFIND', '/made-up');
    const { body } = await scene.metrics.expose();
    const counts = body.split('\n').filter((line) => line.startsWith('chat_http_request_duration_seconds_count'));
    expect(counts.map((line) => /method="(\w+)",route="([^"]+)",status="(\d+)"/.exec(line)?.slice(1))).toEqual([
      ['GET', '/users/{user_id}', '200'],
      ['GET', '/users/{user_id}', '400'],
      ['GET', 'unmatched', '404'],
      ['OTHER', 'unmatched', '404'],
    ]);
  });

  it('makes no new series of 2,000 paths and of every method that there is', async () => {
    const server = await scene.start();
    const series = async () =>
      (await scene.metrics.expose()).body.split('\n').filter((line) => line.includes('route='));
    await call(server, 'GET', '/made-up');
    const before = (await series()).length;
    for (let n = 0; n < 2_000; n += 20) {
      const paths = Array.from({ length: 20 }, (_, index) => `/made-up/${n + index}?x=${n}`);
      await Promise.all(paths.map((path) => call(server, 'GET', path)));
    }
    expect((await series()).length).toBe(before);
    for (const method of METHODS) if (method !== 'CONNECT') await call(server, method, '/made-up');
    // One for each method that is known, and one for all others.
    expect((await series()).length / before).toBeLessThanOrEqual(8);
  });
});

describe('pages', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pages-'));
    writeFileSync(join(directory, 'index.html'), '<!doctype html><title>chat</title>');
    writeFileSync(join(directory, 'main.js'), 'connect();');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('serves a folder where no route answers, under a policy that allows its own scripts and origin only', async () => {
    const server = await scene.start({ pages: directory });
    const page = await call(server, 'GET', '/');
    expect([page.status, page.body]).toEqual([200, '<!doctype html><title>chat</title>']);
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'self';connect-src 'self';img-src 'self' data:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    );
    expect((await call(server, 'GET', '/main.js')).headers['content-type']).toContain('javascript');
    expect((await call(server, 'GET', '/users/1')).status).toBe(200);
  });

  it('compresses what it serves, keeps assets by their content for good, and asks for the document each time', async () => {
    mkdirSync(join(directory, 'assets'));
    writeFileSync(join(directory, 'assets', 'main-abc123.js'), `connect();${' '.repeat(5_000)}`);
    const server = await scene.start({ pages: directory });
    const headers = { 'Accept-Encoding': 'gzip' };
    const asset = await call(server, 'GET', '/assets/main-abc123.js', { headers });
    expect(asset.headers['content-encoding']).toBe('gzip');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const page = await call(server, 'GET', '/', { headers });
    expect([page.headers['cache-control'], typeof page.headers['etag']]).toEqual(['no-cache', 'string']);
    expect((await call(server, 'GET', '/users/1', { headers })).headers['content-encoding']).toBeUndefined();
  });

  it('never leaves the folder, and answers what is missing as the API does', async () => {
    const server = await scene.start({ pages: { directory, connectSources: ['wss://chat.example.org'] } });
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/.env', '/missing.js']) {
      const answer = await call(server, 'GET', path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(codeOf(answer)).toBe('not_found');
    }
    expect((await call(server, 'GET', '/')).headers['content-security-policy']).toContain(
      "connect-src 'self' wss://chat.example.org",
    );
  });
});
