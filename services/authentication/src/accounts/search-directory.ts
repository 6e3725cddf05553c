import { route, type Route } from '@chat-app/platform';
import { DirectoryQuery, DirectoryResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { chargeAddress } from '../throttling/charge-address';
import { refuseThrottled } from '../throttling/refuse-throttled';
import { findUsersByPrefix } from './sql/find-users-by-prefix';
import { foldedName } from './username-key';

/**
 * `GET /directory?prefix=`: people by the beginning of their name, as one types. Tells names and ids, nothing else, and nobody
 * who is disabled. The operator may turn it off: then people are found by their whole name alone.
 */
export function searchDirectoryRoute(context: Context): Route {
  return route({
    method: 'GET',
    path: '/directory',
    summary: 'Users whose name begins like this, whatever its case.',
    access: 'user',
    query: DirectoryQuery,
    responses: { 200: DirectoryResponse },
    async handle({ query: { prefix, limit }, caller, address }) {
      if (!context.configuration.USER_DIRECTORY) {
        throw refusal('directory_off', 'people are found by their whole name here');
      }
      refuseThrottled(context, 'lookups', context.lookups.take(caller.userId, context.now()));
      chargeAddress(context, context.lookupAddresses, address);
      const users = await findUsersByPrefix(context.database, foldedName(prefix), caller.userId, limit);
      return { status: 200, body: { users } };
    },
  });
}
