import type { Route } from '@chat-app/platform';
import type { Context } from '../context';
import { refusal } from '../refusal';

/** Calls of one user in a minute and pod: people ask for less, and a page that opens asks for a list at once. */
export const CALLS_PER_USER_PER_MINUTE = 3_000;

/** The same routes, each call of a user charged to their budget. What needs no access token has budgets of its own. */
export function limitCallers(context: Context, routes: readonly Route[]): Route[] {
  return routes.map((limited) =>
    limited.access !== 'user'
      ? limited
      : {
          ...limited,
          handle: async (request) => {
            takeCall(context, request.caller.userId);
            return limited.handle(request);
          },
        },
  );
}

/** @throws HttpError rate_limited */
function takeCall(context: Context, userId: string): void {
  const waitMs = context.calls.take(userId, context.now());
  if (waitMs === 0) return;
  context.metrics.throttled.inc({ by: 'calls' });
  throw refusal('rate_limited', 'too many calls; wait before the next', waitMs);
}
