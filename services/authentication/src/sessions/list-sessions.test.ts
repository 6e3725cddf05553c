import { randomUUID } from 'node:crypto';
import type { SessionResponse, SessionsResponse } from '@chat-app/protocol';
import { PASSWORD, startHarness, type Harness } from '../testing/authentication-harness';

describe('the sessions of a user', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const list = async (token: string) => {
    const answer = await service.callAs(token, 'GET', '/sessions');
    expect(answer.status).toBe(200);
    return (answer.json as SessionsResponse).sessions;
  };
  const logIn = async (username: string, device: { device_name?: string; agent?: string } = {}) => {
    const { agent, ...body } = device;
    const headers: Record<string, string> = agent === undefined ? {} : { 'user-agent': agent };
    const answer = await service.call('POST', '/login', { username, password: PASSWORD, ...body }, headers);
    expect(answer.status).toBe(200);
    return answer.json as SessionResponse;
  };

  const end = (token: string, path: string, password = PASSWORD) => service.callAs(token, 'DELETE', path, { password });

  it('are listed with their devices and times, the one that asks first, and nobody else sees them', async () => {
    const mine = await service.registered('lister');
    await service.registered('neighbour-of-lister');
    await logIn('lister', { device_name: 'Küche', agent: 'Kitchen/1.0' });
    await logIn('lister', { agent: 'x'.repeat(2_000) });
    const sessions = await list(mine.token);
    expect(sessions.map(({ current }) => current)).toEqual([true, false, false]);
    const named = sessions.find(({ device_name }) => device_name === 'Küche');
    expect(named).toMatchObject({ user_agent: 'Kitchen/1.0', session_id: expect.any(String) as string });
    expect(sessions.map(({ user_agent }) => user_agent?.length ?? 0)).toContain(256);
    for (const { created_at, last_used_at } of sessions) expect(last_used_at >= created_at).toBe(true);
    expect(await list((await service.registered('stranger-to-lister')).token)).toHaveLength(1);
  });

  it('say when they were last used', async () => {
    const session = await service.registered('used');
    const [before] = await list(session.token);
    expect(before!.last_used_at).toBe(before!.created_at);
    const next = (await service.refresh(session.refresh_token, randomUUID())).json as SessionResponse;
    const [after] = await list(next.token);
    expect([after!.session_id, after!.created_at]).toEqual([before!.session_id, before!.created_at]);
    expect(after!.last_used_at > before!.last_used_at).toBe(true);
  });

  it('can be ended one by one, told to every pod, and again without harm', async () => {
    const mine = await service.registered('ender');
    const lost = await logIn('ender');
    const { sessionId } = await service.verifier.verify(lost.token);
    const received = await service.subscribeTo(mine.user_id);
    for (let again = 0; again < 2; again += 1) {
      expect((await end(mine.token, `/sessions/${sessionId}`)).status).toBe(204);
    }
    expect(received).toEqual([{ kind: 'signed_out', user_id: mine.user_id, session_ids: [sessionId] }]);
    expect((await service.refresh(lost.refresh_token)).error?.code).toBe('refresh_token_invalid');
    expect(await list(mine.token)).toHaveLength(1);
  });

  it('can all be ended but the one that asks', async () => {
    const mine = await service.registered('cleaner');
    const others = [await logIn('cleaner'), await logIn('cleaner')];
    expect((await end(mine.token, '/sessions')).status).toBe(204);
    for (const { refresh_token } of others) expect((await service.refresh(refresh_token)).status).toBe(401);
    expect(await list(mine.token)).toMatchObject([{ current: true }]);
    expect((await service.refresh(mine.refresh_token)).status).toBe(200);
  });

  it('are ended by who knows the password, not by a stolen access token alone', async () => {
    const mine = await service.registered('owner-of-stolen');
    const other = await logIn('owner-of-stolen');
    const { sessionId } = await service.verifier.verify(mine.token);
    for (const path of ['/sessions', `/sessions/${sessionId}`]) {
      expect((await end(other.token, path, 'not the password')).error?.code).toBe('wrong_credentials');
      expect((await service.callAs(other.token, 'DELETE', path)).status).toBe(400);
    }
    expect((await service.refresh(mine.refresh_token)).status).toBe(200);
  });

  it('of others stay: the answer does not tell whether there is such a session', async () => {
    const [mine, theirs] = [await service.registered('meddler'), await service.registered('victim-of-meddler')];
    const { sessionId } = await service.verifier.verify(theirs.token);
    for (const id of [sessionId, randomUUID()]) {
      expect((await end(mine.token, `/sessions/${id}`)).status).toBe(204);
    }
    expect((await service.refresh(theirs.refresh_token)).status).toBe(200);
    expect((await end(mine.token, '/sessions/none')).status).toBe(400);
  });

  it('are not decided over by one that was ended, whatever its access token says', async () => {
    const mine = await service.registered('ended-meddler');
    const other = await logIn('ended-meddler');
    await service.call('POST', '/logout', { refresh_token: other.refresh_token });
    for (const [method, path] of [
      ['GET', '/sessions'],
      ['DELETE', '/sessions'],
      ['DELETE', `/sessions/${(await service.verifier.verify(mine.token)).sessionId}`],
    ] as const) {
      const answer = await service.callAs(
        other.token,
        method,
        path,
        method === 'GET' ? undefined : { password: PASSWORD },
      );
      expect([answer.status, answer.error?.code]).toEqual([401, 'token_invalid']);
    }
    expect((await service.refresh(mine.refresh_token)).status).toBe(200);
  });
});
