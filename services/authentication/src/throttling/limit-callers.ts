import { chargeCallers, type Route } from '@chat-app/platform';
import type { Context } from '../context';
import { refuseThrottled } from './refuse-throttled';

/** Calls of one user in a minute and pod: people ask for less, and a page that opens asks for a list at once. */
export const CALLS_PER_USER_PER_MINUTE = 3_000;

/** The same routes, each call of a user charged to their budget. What needs no access token has budgets of its own. */
export function limitCallers(context: Context, routes: readonly Route[]): readonly Route[] {
  return chargeCallers(routes, (userId) => {
    refuseThrottled(context, 'calls', context.calls.take(userId, context.now()));
  });
}
