import type { SessionResponse } from '@chat-app/protocol';
import { startHarness, type Answer, type Harness } from './testing/authentication-harness';
import { sweepExpired } from './sessions/sweep-expired';
import { operateAccount } from './tools/operate-account';

const HERE = '192.0.2.1';
const FROM_HERE = { 'x-forwarded-for': HERE };

describe('the audit log of authentication', () => {
  let service: Harness;
  const secrets = new Set<string>();
  beforeAll(async () => {
    service = await startHarness({ trustedProxies: 1, configuration: { LOGINS_PER_USER_PER_MINUTE: 6 } });
  });
  afterAll(() => service.close());

  const events = () => service.auditLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const call = async (method: string, path: string, body: object, token?: string): Promise<Answer> => {
    const bearer: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    if (token !== undefined) secrets.add(token);
    for (const [name, value] of Object.entries(body)) if (name !== 'username') secrets.add(String(value));
    const answer = await service.call(method, path, body, { ...FROM_HERE, ...bearer });
    const { token: access, refresh_token, device_proof } = (answer.json ?? {}) as Partial<SessionResponse>;
    for (const secret of [access, refresh_token, device_proof]) if (secret !== undefined) secrets.add(secret);
    return answer;
  };
  const session = (answer: Answer) => answer.json as SessionResponse;

  it('has one event for each of what matters: who, from where, how it ended, and no secret', async () => {
    const password = 'first secret phrase';
    const ada = session(await call('POST', '/register', { username: 'ada', password }));
    await call('POST', '/register', { username: 'Ada', password });
    await call('POST', '/login', { username: 'ada', password: 'wrong secret phrase' });
    await call('POST', '/login', { username: 'a-password-in-the-wrong-field', password: 'wrong secret phrase' });
    const login = session(await call('POST', '/login', { username: 'ada', password }));
    for (let n = 0; n < 5; n += 1) await call('POST', '/login', { username: 'guessed', password: `guess number ${n}` });
    await call('POST', '/login', { username: 'guessed', password: 'guess number 5' });
    const next = session(await call('POST', '/refresh', { refresh_token: login.refresh_token }));
    await call('POST', '/refresh', { refresh_token: next.refresh_token });
    await call('POST', '/refresh', { refresh_token: login.refresh_token });
    await call(
      'PUT',
      '/password',
      { password: 'wrong secret phrase', new_password: 'second secret phrase' },
      ada.token,
    );
    await call('DELETE', '/sessions', { password: 'wrong secret phrase' }, ada.token);
    await call('PUT', '/password', { password, new_password: 'second secret phrase' }, ada.token);
    await call('GET', `/users/${ada.user_id}`, {}, `${ada.token.slice(0, -4)}AAAA`);
    await call('POST', '/logout', { refresh_token: ada.refresh_token });
    await call('POST', '/logout', { refresh_token: 'no refresh token of anybody' });
    await service.callInternally('/internal/users/unknown', { user_ids: [] }, 'a wrong internal secret');
    secrets.add('a wrong internal secret');
    await operateAccount({ ...service.context, initialPasswordTtlS: 3_600 }, { act: 'disable', user: 'ada' });
    await sweepExpired(service.context);

    const user_id = ada.user_id;
    const from = { address: HERE };
    expect(events()).toMatchObject([
      { action: 'register', outcome: 'succeeded', user_id, ...from },
      { action: 'register', outcome: 'refused', reason: 'username_taken', ...from },
      { action: 'log_in', outcome: 'refused', reason: 'wrong_credentials', user_id, ...from },
      { action: 'log_in', outcome: 'refused', reason: 'wrong_credentials', ...from },
      { action: 'log_in', outcome: 'succeeded', user_id, ...from },
      ...Array.from({ length: 5 }, () => ({ action: 'log_in', outcome: 'refused', reason: 'wrong_credentials' })),
      { action: 'log_in', outcome: 'throttled', reason: 'rate_limited', ...from },
      { action: 'end_sessions', outcome: 'succeeded', reason: 'reuse', user_id },
      { action: 'refresh', outcome: 'refused', reason: 'refresh_token_reused', user_id, ...from },
      { action: 'change_password', outcome: 'refused', reason: 'wrong_credentials', user_id, ...from },
      { action: 'end_sessions', outcome: 'refused', reason: 'wrong_credentials', user_id, ...from },
      { action: 'change_password', outcome: 'succeeded', user_id, ...from },
      { action: 'access', outcome: 'refused', reason: 'token_invalid', route: 'GET /users/{user_id}', ...from },
      { action: 'end_sessions', outcome: 'succeeded', reason: 'log_out', user_id },
      { action: 'log_out', outcome: 'succeeded', user_id, ...from },
      { action: 'access', outcome: 'refused', reason: 'wrong_secret', route: 'POST /internal/users/unknown' },
      { action: 'operate', outcome: 'succeeded', route: 'disable', user_id, at: expect.any(String) as string },
    ]);
    expect(events().every((event) => event['stream'] === 'audit')).toBe(true);
    const log = service.auditLines.join('');
    for (const secret of secrets) expect(log).not.toContain(secret);
    for (const name of ['a-password-in-the-wrong-field', 'guessed']) expect(log).not.toContain(name);
  });
});
