import { FakeServer, USER_1, USER_2 } from '../../testing/fake-server';
import { session } from '../../testing/recorded-client';
import { findUser, getUser, login, logout, refresh, register } from './authentication';
import { ConversationsApi, type ApiCall } from './conversations';
import { request } from './request';
import { SessionsApi } from './sessions';

let server: FakeServer;
const options = (): { url: string; timeoutMs: number } => ({ url: server.url, timeoutMs: 10_000 });

beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server.close());

describe('calls of authentication', () => {
  it('say what the service expects, and answer what it answers', async () => {
    const seen: unknown[] = [];
    for (const path of ['/register', '/login', '/refresh']) {
      server.http.set(`POST ${path}`, (body) => (seen.push([path, body]), { status: 200, body: session() }));
    }
    server.http.set('POST /logout', (body) => (seen.push(['/logout', body]), { status: 204 }));
    expect(await register(options(), 'user1', 'password1')).toEqual(session());
    expect(await login(options(), 'user1', 'pwd1')).toEqual(session());
    expect(await refresh(options(), 'refresh-1', 'attempt-1')).toEqual(session());
    await logout(options(), 'refresh-1');
    expect(seen).toEqual([
      ['/register', { username: 'user1', password: 'password1' }],
      ['/login', { username: 'user1', password: 'pwd1' }],
      ['/refresh', { refresh_token: 'refresh-1', attempt_id: 'attempt-1' }],
      ['/logout', { refresh_token: 'refresh-1' }],
    ]);
  });

  it('give each refresh token an attempt id of its own, at random', async () => {
    const { attempt_id: _, ...answer } = session();
    for (const path of ['/register', '/login', '/refresh']) {
      server.http.set(`POST ${path}`, () => ({ status: 200, body: answer }));
    }
    const given = await Promise.all([
      register(options(), 'user1', 'password1'),
      login(options(), 'user1', 'pwd1'),
      refresh(options(), 'refresh-1', 'attempt-1'),
    ]);
    expect(given).toEqual(
      given.map(() => ({ ...answer, attempt_id: expect.stringMatching(/^[0-9a-f-]{72}$/) as string })),
    );
    expect(new Set(given.map(({ attempt_id }) => attempt_id)).size).toBe(3);
  });

  it('look users up with the token', async () => {
    const seen: unknown[] = [];
    const answer = { user_id: USER_2, username: 'üser2' };
    for (const path of ['/users', `/users/${USER_2}`]) {
      server.http.set(`GET ${path}`, (_body, { url, headers }) => {
        seen.push([url, headers.authorization]);
        return { status: 200, body: answer };
      });
    }
    expect(await findUser(options(), 'token-1', 'üser2')).toEqual(answer);
    expect(await getUser(options(), 'token-1', USER_2)).toEqual(answer);
    expect(seen).toEqual([
      ['/users?username=%C3%BCser2', 'Bearer token-1'],
      [`/users/${USER_2}`, 'Bearer token-1'],
    ]);
  });
});

describe('errors', () => {
  it('carry the code of the service, its status and its advice', async () => {
    server.http.set('POST /login', () => ({
      status: 429,
      body: { error: { code: 'rate_limited', message: 'wait', retryable: true, retry_after_ms: 1_500 } },
    }));
    await expect(login(options(), 'user1', 'pwd1')).rejects.toMatchObject({
      name: 'ChatError',
      code: 'rate_limited',
      message: 'wait',
      status: 429,
      retryable: true,
      retryAfterMs: 1_500,
    });
  });

  it('judge an answer that is not the service’s by its status', async () => {
    server.http.set('POST /login', () => ({ status: 502, body: 'Bad Gateway' }));
    await expect(login(options(), 'user1', 'pwd1')).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      status: 502,
    });
    server.http.set('POST /login', () => ({ status: 418 }));
    await expect(login(options(), 'user1', 'pwd1')).rejects.toMatchObject({ code: 'bad_answer', retryable: false });
    server.http.set('POST /login', () => ({ status: 400, body: { error: { code: 'forbidden' } } }));
    await expect(login(options(), 'user1', 'pwd1')).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('name an answer that cannot be read', async () => {
    server.http.set('POST /login', () => ({ status: 200, body: { token: 5 } }));
    await expect(login(options(), 'user1', 'pwd1')).rejects.toMatchObject({ code: 'bad_answer', retryable: false });
  });

  it('name an answer that does not come', async () => {
    const never = (): Promise<Response> => new Promise(() => undefined);
    const abortable: typeof fetch = (_url, init) =>
      Promise.race([
        never(),
        new Promise<Response>((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(new Error('late'))),
        ),
      ]);
    await expect(request(abortable as never, { method: 'GET', url: server.url, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'network',
      retryable: true,
    });
    await expect(login({ url: 'http://127.0.0.1:1' }, 'user1', 'pwd1')).rejects.toMatchObject({ code: 'network' });
  });
});

describe('calls about sessions', () => {
  it('use the paths and methods of the service, and take the password where a session is ended', async () => {
    const calls: unknown[] = [];
    const api = new SessionsApi(<T>({ method, path, body }: ApiCall<T>) => {
      calls.push(body === undefined ? [method, path] : [method, path, body]);
      return Promise.resolve({ sessions: [] } as T);
    });
    expect(await api.list()).toEqual([]);
    await api.end('s/1', 'pwd');
    await api.endOthers('pwd');
    expect(calls).toEqual([
      ['GET', '/sessions'],
      ['DELETE', '/sessions/s%2F1', { password: 'pwd' }],
      ['DELETE', '/sessions', { password: 'pwd' }],
    ]);
  });
});

describe('calls of persistence', () => {
  it('use the paths and methods of the service', async () => {
    const calls: unknown[] = [];
    const api = new ConversationsApi(<T>({ method, path, body }: ApiCall<T>) => {
      calls.push(body === undefined ? [method, path] : [method, path, body]);
      return Promise.resolve(undefined as T);
    });
    await api.list({ limit: 5 });
    await api.createGroup('title', [USER_1]);
    await api.get('c');
    await api.rename('c', 'new');
    await api.members('c');
    await api.putMember('c', USER_2, 'owner');
    await api.removeMember('c', USER_2);
    await api.history('c', { before: 'm', limit: 10 });
    await api.history('c/../x');
    await api.markRead('c', 'm');
    expect(calls).toEqual([
      ['GET', '/conversations?limit=5'],
      ['POST', '/conversations', { title: 'title', member_ids: [USER_1] }],
      ['GET', '/conversations/c'],
      ['PATCH', '/conversations/c', { title: 'new' }],
      ['GET', '/conversations/c/members'],
      ['PUT', `/conversations/c/members/${USER_2}`, { role: 'owner' }],
      ['DELETE', `/conversations/c/members/${USER_2}`],
      ['GET', '/conversations/c/messages?before=m&limit=10'],
      ['GET', '/conversations/c%2F..%2Fx/messages'],
      ['PUT', '/conversations/c/read', { message_id: 'm' }],
    ]);
  });
});
