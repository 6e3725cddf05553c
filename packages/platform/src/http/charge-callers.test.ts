import { chargeCallers } from './charge-callers';
import type { TokenClaims } from './claims';
import { route, type Route, type RouteRequest } from './route';

const handled = jest.fn(() => Promise.resolve({ status: 204 }));
beforeEach(() => handled.mockClear());

const routeWith = (access: Route['access']) =>
  route({ method: 'GET', path: '/anything', summary: 'Anything.', access, responses: { 204: null }, handle: handled });
const call = (charged: Route | undefined) =>
  charged!.handle({ caller: { userId: 'ada' } as TokenClaims } as RouteRequest<never, never, never>);

describe('chargeCallers', () => {
  it('charges each call with an access token to its user, on all routes alike', async () => {
    const charge = jest.fn();
    for (const charged of chargeCallers([routeWith('user'), routeWith('user')], charge)) {
      expect(await call(charged)).toEqual({ status: 204 });
    }
    expect(charge.mock.calls).toEqual([['ada'], ['ada']]);
  });

  it('refuses a call that cannot be charged before it is handled', async () => {
    const [charged] = chargeCallers([routeWith('user')], () => {
      throw new Error('spent');
    });
    await expect(call(charged)).rejects.toThrow('spent');
    expect(handled).not.toHaveBeenCalled();
  });

  it.each(['public', 'internal'] as const)('leaves a route that is %s as it is: it has no user', (access) => {
    const open = routeWith(access);
    expect(chargeCallers([open], jest.fn())[0]).toBe(open);
  });
});
