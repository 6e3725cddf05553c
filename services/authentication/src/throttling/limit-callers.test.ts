import { route, type HttpResult, type RouteRequest, type TokenClaims } from '@chat-app/platform';
import { perMinute, RateLimiter } from '@chat-app/timing';
import { createContext } from '../create-authentication';
import { startHarness, type Harness } from '../testing/authentication-harness';
import { limitCallers } from './limit-callers';
import { OVERFLOW } from './token-limits';

describe('calls of a user', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());

  const answer = (access: 'user' | 'public') =>
    route({
      method: 'GET',
      path: '/anything',
      summary: 'Anything.',
      access,
      responses: { 204: null },
      handle: () => Promise.resolve({ status: 204 }),
    });

  it('are so many, on all routes together, and of nobody else; what takes no token is not counted', async () => {
    const context = {
      ...createContext(service.dependencies),
      calls: new RateLimiter(perMinute(3), OVERFLOW),
      now: () => 0,
    };
    const [one, other, open] = limitCallers(context, [answer('user'), answer('user'), answer('public')]);
    const call = (limited: typeof one, userId: string): Promise<unknown> =>
      limited!.handle({ caller: { userId } as TokenClaims } as RouteRequest<never, never, never>).then(
        ({ status }: HttpResult) => status,
        (thrown: { code: string }) => thrown.code,
      );
    const answers = [await call(one, 'ada'), await call(other, 'ada'), await call(one, 'ada')];
    expect(answers).toEqual([204, 204, 204]);
    for (const limited of [one, other]) expect(await call(limited, 'ada')).toBe('rate_limited');
    expect(await call(other, 'grace')).toBe(204);
    for (let n = 0; n < 5; n += 1) expect(await call(open, 'ada')).toBe(204);
  });

  it('are counted on every route that takes a token', async () => {
    const { token, user_id } = await service.registered('caller');
    const take = jest.spyOn(RateLimiter.prototype, 'take');
    try {
      await service.callAs(token, 'GET', '/sessions');
      await service.callAs(token, 'PUT', '/users/me', { data: null });
      await service.callAs(token, 'GET', `/users/${user_id}`);
      expect(take.mock.calls.map(([key]) => key)).toEqual([user_id, user_id, user_id]);
    } finally {
      take.mockRestore();
    }
  });
});
