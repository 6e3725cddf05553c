import type { Route } from './route';

/**
 * The same routes, each call with an access token charged to its user before anything else. What takes none is left as it is.
 * @param charge refuses the call by throwing
 */
export function chargeCallers(routes: readonly Route[], charge: (userId: string) => void): readonly Route[] {
  return routes.map((route) => {
    if (route.access !== 'user') return route;
    return {
      ...route,
      handle: async (request) => {
        charge(request.caller.userId);
        return route.handle(request);
      },
    };
  });
}
