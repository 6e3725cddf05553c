import type { SessionResponse } from '@chat-app/protocol';
import { startHarness, type Harness } from '../testing/authentication-harness';

describe('look-up of a user', () => {
  let service: Harness;
  let ada: SessionResponse;
  let grace: SessionResponse;
  beforeAll(async () => {
    service = await startHarness();
    ada = await service.registered('Ada');
    grace = await service.registered('Grace.Hopper');
  });
  afterAll(() => service.close());

  it('answers by id', async () => {
    const answer = await service.callAs(ada.token, 'GET', `/users/${grace.user_id.toUpperCase()}`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ user_id: grace.user_id, username: 'Grace.Hopper' });
  });

  it('answers by name, whatever its case', async () => {
    const answer = await service.callAs(ada.token, 'GET', '/users?username=gRACE.hopper');
    expect(answer.json).toEqual({ user_id: grace.user_id, username: 'Grace.Hopper' });
  });

  it.each(['/users/00000000-0000-4000-8000-000000000000', '/users?username=nobody'])(
    'answers unknown_user for %s',
    async (path) => {
      const answer = await service.callAs(ada.token, 'GET', path);
      expect(answer.status).toBe(404);
      expect(answer.error?.code).toBe('unknown_user');
    },
  );

  it.each(['/users/no-uuid', '/users', '/users?username=', '/users?username=%00'])('refuses %s', async (path) => {
    const answer = await service.callAs(ada.token, 'GET', path);
    expect(answer.status).toBe(400);
    expect(answer.error?.message).toMatch(/^(user_id|username): /);
  });

  it('answers users only', async () => {
    expect((await service.call('GET', `/users/${ada.user_id}`)).error?.code).toBe('unauthenticated');
    expect((await service.callAs('made.up.token', 'GET', '/users?username=Ada')).error?.code).toBe('token_invalid');
  });
});
