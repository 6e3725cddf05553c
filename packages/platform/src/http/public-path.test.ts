import type { HttpServer } from './serve-http';
import { serveHttp } from './serve-http';
import { PUBLIC_PATH } from './public-path';

describe('a server below a path', () => {
  let server: HttpServer | undefined;
  afterEach(() => server?.close());

  const ask = async (path: string, url: string) => {
    server = await serveHttp({ host: '127.0.0.1', port: 0, path }, (request, response) => response.end(request.url));
    const answer = await fetch(`http://127.0.0.1:${server.port}${url}`, { redirect: 'manual' });
    return [answer.status, answer.headers.get('location') ?? (await answer.text())];
  };

  it.each([
    ['/chat', '/chat/conversations?limit=1', 200, '/conversations?limit=1'],
    ['/a/b', '/a/b/', 200, '/'],
    ['/chat', '/conversations', 200, '/conversations'],
    ['/chat', '/chatter/x', 200, '/chatter/x'],
    ['/chat', '/chat', 308, '/chat/'],
    ['/chat', '/chat?x=1', 308, '/chat/?x=1'],
    ['', '/chat/x', 200, '/chat/x'],
  ])('that is %j answers %s', async (path, url, status, says) => {
    expect(await ask(path, url)).toEqual([status, says]);
  });

  it.each(['', '/chat', '/a/b-c'])('may be %j', (path) => expect(path).toMatch(PUBLIC_PATH));
  it.each(['/', 'chat', '/chat/', '//evil.example', '/a b', '/a\nb'])('may not be %j', (path) => {
    expect(path).not.toMatch(PUBLIC_PATH);
  });
});
